import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@destino/repository';
import { describe, expect, it, onTestFinished } from 'vitest';

const execute = promisify(execFile);

/** Lints one file under this repository's own configuration and gives the rules that fired. */
async function rulesFiredBy(name: string, text: string): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'destino-lint-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
  copyFileSync(join(repositoryRoot, '.oxlintrc.json'), join(root, '.oxlintrc.json'));
  symlinkSync(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'), 'dir');
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ extends: join(repositoryRoot, 'tsconfig.base.json'), include: ['packages', 'apps', 'tools'] }));
  const oxlint = join(repositoryRoot, 'node_modules/oxlint/bin/oxlint');
  const output = await execute(process.execPath, [oxlint, '--format=json'], { cwd: root }).catch((error: unknown) => error as { stdout: string });
  const { diagnostics } = JSON.parse(output.stdout) as { diagnostics: readonly { code: string }[] };
  return [...new Set(diagnostics.map(({ code }) => code))];
}

const driver = 'packages/driver-x/src/index.ts';
const core = 'packages/core/src/engine/index.ts';

/** Each rule that the house rules rest on, and a deliberate breach of it. */
const breaches: readonly [rule: string, file: string, text: string][] = [
  ['typescript(no-explicit-any)', driver, 'export const read = (value: any): unknown => value;'],
  ['typescript(no-floating-promises)', driver, 'export function go(work: () => Promise<void>): void { work(); }'],
  ['typescript(consistent-type-imports)', driver, "import { Stats } from 'node:fs';\nexport type Size = Stats['size'];"],
  ['typescript(ban-ts-comment)', driver, '// @ts-ignore\nexport const size: string = 1;'],
  ['eslint(no-empty)', driver, 'export function go(work: () => void): void { try { work(); } catch {} }'],
  ['import(no-default-export)', driver, 'export default 1;'],
  ['eslint(max-lines)', driver, `export const size = 1;${'\n// line'.repeat(300)}`],
  ['eslint(no-console)', 'packages/ssh/src/index.ts', "console.log('x');"],
  ['eslint(no-restricted-globals)', driver, 'export const home = process.cwd();'],
  ['eslint(no-restricted-properties)', driver, 'export const now = Date.now();'],
  ['eslint(no-restricted-properties)', core, 'export const chance = Math.random();'],
  ['eslint(no-restricted-globals)', core, "export const home = process.env['HOME'];"],
  ['vitest(no-focused-tests)', 'packages/x/src/a.test.ts', "import { it } from 'vitest';\nit.only('x', () => {});"],
  ['vitest(no-disabled-tests)', 'packages/x/src/a.test.ts', "import { it } from 'vitest';\nit.skip('x', () => {});"],
];

describe('the lint configuration', () => {
  it.each(breaches)('makes %s fire in %s', async (rule, file, text) => {
    expect(await rulesFiredBy(file, text)).toContain(rule);
  });

  it('lets the command line print and read the environment', async () => {
    expect(await rulesFiredBy('apps/cli/src/main.ts', "console.log(process.env['HOME'], Date.now());")).toEqual([]);
  });

  it('lets the tests of a driver use the clock', async () => {
    expect(await rulesFiredBy('packages/driver-x/src/a.test.ts', 'export const now = Date.now();\nexport const home = process.cwd();')).toEqual([]);
  });
});
