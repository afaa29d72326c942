import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    slurmConf: string;
  }
}

const execute = promisify(execFile);
const script = join(import.meta.dirname, '../../../tools/testbed/slurm.sh');

const given = process.env['DESTINO_TEST_SLURM'];
const state = `/var/tmp/destino-slurm-${process.pid}`;
const env = { ...process.env, TESTBED_STATE: state };

/** A Slurm of three nodes, unless DESTINO_TEST_SLURM names the slurm.conf of one that runs. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('slurmConf', given ?? (await execute(script, ['up', '3'], { env })).stdout.trim());
}

export async function teardown(): Promise<void> {
  if (given !== undefined) return;
  await execute(script, ['down'], { env });
  await rm(state, { recursive: true, force: true });
}
