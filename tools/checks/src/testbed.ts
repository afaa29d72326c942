import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@destino/repository';

const execute = promisify(execFile);

/** What runs beside the real ring's tests, and the variables by which they find it. */
export type Testbed = { readonly environment: Readonly<Record<string, string>>; stop(): Promise<void> };

/** Starts a PostgreSQL of its own by `tools/testbed/postgres.sh`, unless DESTINO_TEST_POSTGRES names one already. */
export async function startTestbed(): Promise<Testbed> {
  if (process.env['DESTINO_TEST_POSTGRES'] !== undefined) return { environment: {}, stop: () => Promise.resolve() };
  const script = join(repositoryRoot, 'tools/testbed/postgres.sh');
  const folder = `/var/tmp/destino-testbed-${process.pid}`;
  const env = { ...process.env, TESTBED_STATE: folder };
  const { stdout } = await execute(script, ['up'], { env });
  return {
    environment: { DESTINO_TEST_POSTGRES: stdout.trim() },
    stop: async () => {
      await execute(script, ['down'], { env });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
