import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export type MutantOutcome = { seed: number; violation: string } | { survived: number };

const execute = promisify(execFile);

/** Plays up to `seeds` seeds against a mutant, in a process of its own. Rejects when the mutant cannot be made. */
export async function tryMutant(name: string, options: { seeds: number; first?: number }): Promise<MutantOutcome> {
  const program = fileURLToPath(new URL('main.ts', import.meta.url));
  const args = ['--conditions=@destino/source', '--no-warnings', program, '--mutant', name, '--seeds', String(options.seeds), '--first', String(options.first ?? 1)];
  const { stdout } = await execute(process.execPath, args, { maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as MutantOutcome;
}
