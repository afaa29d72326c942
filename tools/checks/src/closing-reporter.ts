import { join, relative } from 'node:path';
import { repositoryRoot } from '@destino/repository';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { readAllowedSkips, unexplainedSkips } from './skips.ts';

/**
 * Ends a run with one plain line, `tests: N passed, N failed, N skipped`, for people and for CI. Under CI a skipped
 * test that `.ci/allowed-skips.txt` does not name makes the run fail. A file that could not be run counts as a failure.
 */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const skipped = tests.filter((test) => test.result().state === 'skipped').map(nameOf);
    if (process.env['CI'] !== undefined) refuseSkips(skipped);
    const failed = count('failed') + broken + unhandledErrors.length;
    process.stdout.write(`tests: ${count('passed')} passed, ${failed} failed, ${skipped.length} skipped\n`);
  }
}

function nameOf(test: TestCase): string {
  return `${relative(repositoryRoot, test.module.moduleId)} > ${test.fullName}`;
}

function refuseSkips(skipped: readonly string[]): void {
  const unexplained = unexplainedSkips(skipped, readAllowedSkips(join(repositoryRoot, '.ci/allowed-skips.txt')));
  for (const name of unexplained) process.stdout.write(`skipped without a reason in .ci/allowed-skips.txt: ${name}\n`);
  if (unexplained.length > 0) process.exitCode = 1;
}
