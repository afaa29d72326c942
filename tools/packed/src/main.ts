import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@destino/repository';
import { packPackages } from './pack.ts';

/** What publint and attw say about each tarball that `npm publish` would send. */
const execute = promisify(execFile);
const tools = [
  { name: 'publint', arguments: ['--strict'] },
  { name: 'attw', arguments: ['--profile', 'esm-only', '--format', 'ascii', '--no-emoji'] },
];

const folder = await mkdtemp(join(tmpdir(), 'destino-published-'));
try {
  const tarballs = await packPackages(folder);
  let failed = 0;
  for (const tarball of tarballs) {
    // Declarations are of importers' interest; a package that only brings a command has none.
    const fitting = tools.filter(({ name }) => name !== 'attw' || tarball.package.manifest.exports !== undefined);
    for (const problem of await Promise.all(fitting.map((tool) => problemOf(tool, tarball.path)))) {
      if (problem === undefined) continue;
      failed += 1;
      console.error(`${tarball.package.folder}: ${problem}`);
    }
  }
  console.log(`published: ${tarballs.length} tarballs, ${failed} with problems`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function problemOf(tool: (typeof tools)[number], tarball: string): Promise<string | undefined> {
  const command = join(repositoryRoot, 'node_modules/.bin', tool.name);
  try {
    await execute(command, [tarball, ...tool.arguments], { cwd: repositoryRoot, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } });
    return undefined;
  } catch (error) {
    if (!isFailedCommand(error)) throw error;
    return `${tool.name}\n${error.stdout}${error.stderr}`;
  }
}

function isFailedCommand(error: unknown): error is { stdout: string; stderr: string } {
  return typeof error === 'object' && error !== null && 'stdout' in error && 'stderr' in error;
}
