import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repositoryRoot } from '@destino/repository';
import type { Reporter, TestModule } from 'vitest/node';
import { changedCounts, isConformanceFile, readExpectedCounts } from './conformance-counts.ts';
import { readAllowedSkips, unexplainedSkips } from './skips.ts';

/**
 * Ends a run with one plain line, `tests: N passed, N failed, N skipped`, for people and for CI. Under CI a skipped
 * test that `.ci/allowed-skips.txt` does not name, and a changed number of conformance checks, make the run fail. A
 * file that could not be run counts as a failure.
 */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const skipped = tests.filter((test) => test.result().state === 'skipped').map((test) => `${pathOf(test.module)} > ${test.fullName}`);
    if (process.env['CI'] !== undefined) {
      refuse(unexplainedSkips(skipped, readAllowedSkips(listAt('allowed-skips.txt'))).map((name) => `skipped without a reason in .ci/allowed-skips.txt: ${name}`));
      refuse(compareConformance(modules));
    }
    const failed = count('failed') + broken + unhandledErrors.length;
    process.stdout.write(`tests: ${count('passed')} passed, ${failed} failed, ${skipped.length} skipped\n`);
  }
}

function compareConformance(modules: readonly TestModule[]): string[] {
  const files = modules.filter((module) => isConformanceFile(pathOf(module)));
  const counts = new Map(files.map((module) => [pathOf(module), [...module.children.allTests('passed')].length]));
  for (const [file, count] of counts) process.stdout.write(`conformance: ${count} checks in ${file}\n`);
  const expected = readExpectedCounts(listAt('conformance-checks.txt'));
  const gone = [...expected.keys()].filter((file) => !existsSync(join(repositoryRoot, file)));
  return [...changedCounts(counts, expected), ...gone.map((file) => `${file} is gone, and .ci/conformance-checks.txt still counts on it`)];
}

function refuse(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (lines.length > 0) process.exitCode = 1;
}

function pathOf(module: TestModule): string {
  return relative(repositoryRoot, module.moduleId);
}

function listAt(name: string): string {
  return join(repositoryRoot, '.ci', name);
}
