import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CallOptions } from '@destino/core/driver';
import type { Python } from '@destino/helper';
import { findProgram } from '../interpreters.ts';

const run = promisify(execFile);
const patienceMs = 5000;

const names = ['python3', 'python', ...Array.from({ length: 10 }, (_, index) => `python3.${16 - index}`)];

/** The interpreters on a PATH that really start, `python3` first, each version once. */
export async function findPythons(path: string, { signal }: CallOptions = {}): Promise<Python[]> {
  const programs = names.flatMap((name) => findProgram(name, path) ?? []);
  const asked = await Promise.all(programs.map(async (program) => ({ program, version: await versionOf(program, path, signal) })));
  const found = asked.flatMap(({ program, version }) => (version === undefined ? [] : [{ program, version }]));
  return found.filter(({ version }, index) => found.findIndex((other) => other.version === version) === index);
}

/** What an interpreter calls itself; `undefined` for a name behind which nothing runs, as version managers leave them. */
async function versionOf(program: string, path: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], { timeout: patienceMs, env: { PATH: path, LC_ALL: 'C' }, ...(signal !== undefined && { signal }) });
    return /^3\.\d+\.\d+$/.exec(stdout.trim())?.[0];
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return undefined;
  }
}
