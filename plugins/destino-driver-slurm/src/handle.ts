import { DestinoError } from '@destino/core/errors';
import { keySchema, type Handle } from '@destino/core/model';
import { z } from 'zod';

export const kind = 'slurm';
export const stateVersion = 1;

/** What is told of a job that was cancelled before Slurm knew it. */
export const neverQueued = 'none';

/** The key names the job's folder; `nodes` and `processesPerNode` say how many ends to expect. */
export const slurmStateSchema = z.object({ key: keySchema, nodes: z.int().positive(), processesPerNode: z.int().positive() });
export type SlurmState = z.infer<typeof slurmStateSchema>;

/** `id` is Slurm's number of the job. */
export function makeHandle(id: string, state: SlurmState): Handle {
  return { kind, stateVersion, id, state };
}

/** @throws `state-version` for a handle of a newer driver, `contract` for one that is none of ours. */
export function readHandle(handle: Handle): SlurmState & { id: string } {
  if (handle.kind === kind && handle.stateVersion > stateVersion) {
    throw new DestinoError('state-version', `the job ${handle.id} was started by a newer Slurm driver`, { hint: 'destino plugin add destino-driver-slurm' });
  }
  const state = slurmStateSchema.safeParse(handle.state);
  if (handle.kind !== kind || !state.success) throw new DestinoError('contract', `${handle.id} is not a handle of the Slurm driver`);
  return { ...state.data, id: handle.id };
}
