import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@destino/repository';
import { afterAll, beforeAll, expect, it } from 'vitest';

const execute = promisify(execFile);
let copy: string;

/** Runs a program of the repository in the copy. */
async function run(program: string, ...words: string[]): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false', NO_COLOR: '1', DESTINO_RING: 'unit' };
  for (const name of Object.keys(env)) if (name.startsWith('VITEST') || name === 'NODE_ENV') delete env[name];
  const { stdout, stderr } = await execute(join(repositoryRoot, 'node_modules/.bin', program), words, { cwd: copy, env, maxBuffer: 1 << 26 }).catch((error: unknown) => {
    throw new Error(`${program} ${words.join(' ')} failed:\n${String((error as { stdout?: unknown }).stdout)}${String((error as { stderr?: unknown }).stderr)}`, { cause: error });
  });
  return stdout + stderr;
}

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'destino-generator-'));
  const { stdout } = await execute('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: repositoryRoot, maxBuffer: 1 << 26 });
  for (const path of stdout.split('\0').filter((each) => each !== '')) cpSync(join(repositoryRoot, path), join(copy, path));
  symlinkSync(join(repositoryRoot, 'node_modules'), join(copy, 'node_modules'), 'dir');
});
afterAll(() => rmSync(copy, { recursive: true, force: true, maxRetries: 5 }));

it('writes a driver that builds, lints and passes at once, and whose checks are counted', async () => {
  await run('nx', 'g', '@destino/nx-plugin:driver', 'acme-batch', '--skipInstall');
  const folder = 'packages/driver-acme-batch';
  expect(readFileSync(join(copy, 'tsconfig.json'), 'utf8')).toContain(`{ "path": "${folder}" }`);
  expect(readFileSync(join(copy, 'docs/targets/acme-batch.md'), 'utf8')).toContain('kind: acme-batch');
  await run('tsc', '-b', folder);
  expect(await run('oxlint', '--deny-warnings', folder)).toContain('0 errors');
  const tests = await run('vitest', 'run', '--root', folder);
  const count = Number(/acme-batch\/test\/conformance\.test\.ts (\d+)/.exec(readFileSync(join(copy, '.ci/conformance-checks.txt'), 'utf8'))?.[1]);
  expect(tests).toMatch(new RegExp(`test/conformance\\.test\\.ts \\(${count} tests\\)`));
  await expect(run('nx', 'g', '@destino/nx-plugin:driver', 'Bad_Name', '--skipInstall')).rejects.toThrow('Bad_Name');
}, 300_000);

it('is the same that destino driver new writes for a package of its own', async () => {
  const { driverFiles } = await import('@destino/driver-testkit/new-driver');
  const [inside, outside] = [driverFiles({ kind: 'acme', place: 'inside' }), driverFiles({ kind: 'acme', place: 'outside' })];
  const sources = (files: Map<string, string>): string[] => [...files].filter(([path]) => dirname(path).startsWith('src')).map(([, text]) => text);
  expect(sources(inside.files)).toEqual(sources(outside.files));
  for (const text of [...inside.files.values(), ...outside.files.values()]) expect(text).not.toMatch(/\{\{\w+\}\}/);
});
