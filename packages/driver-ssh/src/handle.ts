import { DestinoError } from '@destino/core/errors';
import type { Handle } from '@destino/core/model';
import { z } from 'zod';

export const kind = 'ssh';
export const stateVersion = 1;

/** Where the account's folder on the machine is, and the boot it belongs to: no process of it outlives that. */
export const sshStateSchema = z.object({ root: z.string().min(1), bootId: z.string().min(1) });
type SshState = z.infer<typeof sshStateSchema>;

export function makeHandle(id: string, state: SshState): Handle {
  return { kind, stateVersion, id, state };
}

/** @throws `state-version` for a handle of a newer driver, `contract` for one that is none of ours. */
export function readHandle(handle: Handle): SshState & { key: string } {
  if (handle.kind === kind && handle.stateVersion > stateVersion) {
    throw new DestinoError('state-version', `the job ${handle.id} was started by a newer ssh driver`, { hint: 'update Destino here to the version that started it' });
  }
  const state = sshStateSchema.safeParse(handle.state);
  if (handle.kind !== kind || !state.success || !/^[A-Za-z0-9.:_[\]%-]+$/.test(handle.id)) throw new DestinoError('contract', `${handle.id} is not a handle of the ssh driver`);
  return { key: handle.id, ...state.data };
}
