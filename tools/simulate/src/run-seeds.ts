import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Plays seeds in a process of its own. Rejects with what it printed: the violation and the command that replays it. */
export async function runSeeds(options: { first: number; seeds: number; store: 'memory' | 'sqlite' }): Promise<{ seeds: number; jobs: number; crashes: number }> {
  const program = fileURLToPath(new URL('main.ts', import.meta.url));
  const args = ['--conditions=@destino/source', '--no-warnings', program, '--quiet', '--first', String(options.first), '--seeds', String(options.seeds), '--store', options.store];
  try {
    const { stdout } = await execute(process.execPath, args);
    return JSON.parse(stdout) as { seeds: number; jobs: number; crashes: number };
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(stderr === undefined || stderr === '' ? String(error) : stderr, { cause: error });
  }
}
