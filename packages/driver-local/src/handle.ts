import { DestinoError } from '@destino/core/errors';
import type { Handle } from '@destino/core/model';
import { z } from 'zod';

export const kind = 'local';
export const stateVersion = 1;

/** Where the job's folder is, and the boot it belongs to: no process of it outlives that. */
export const localStateSchema = z.object({ folder: z.string().min(1), bootId: z.string().min(1) });
export type LocalState = z.infer<typeof localStateSchema>;

export function makeHandle(key: string, state: LocalState): Handle {
  return { kind, stateVersion, id: key, state };
}

/** @throws `state-version` for a handle of a newer driver, `contract` for one that is none of ours. */
export function readHandle(handle: Handle): LocalState & { key: string } {
  if (handle.kind === kind && handle.stateVersion > stateVersion) {
    throw new DestinoError('state-version', `the job ${handle.id} was started by a newer local driver`, {
      hint: 'update Destino here to the version that started it',
    });
  }
  const state = localStateSchema.safeParse(handle.state);
  if (handle.kind !== kind || !state.success) throw new DestinoError('contract', `${handle.id} is not a handle of the local driver`);
  return { key: handle.id, ...state.data };
}
