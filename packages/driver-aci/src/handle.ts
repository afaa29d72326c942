import { DestinoError } from '@destino/core/errors';
import { keySchema, type Handle } from '@destino/core/model';
import { z } from 'zod';

export const kind = 'aci';
export const stateVersion = 1;

export const aciStateSchema = z.object({ key: keySchema });
export type AciState = z.infer<typeof aciStateSchema>;

/** The name of the container group of a key. */
export function groupName(key: string): string {
  return `destino-${key}`;
}

export function makeHandle(key: string): Handle {
  return { kind, stateVersion, id: groupName(key), state: { key } };
}

/** @throws `state-version` for a handle of a newer driver, `contract` for one that is none of ours. */
export function readHandle(handle: Handle): { key: string; group: string } {
  if (handle.kind === kind && handle.stateVersion > stateVersion) {
    throw new DestinoError('state-version', `the job ${handle.id} was started by a newer aci driver`, { hint: 'update Destino here to the version that started it' });
  }
  const state = aciStateSchema.safeParse(handle.state);
  if (handle.kind !== kind || !state.success) throw new DestinoError('contract', `${handle.id} is not a handle of the aci driver`);
  return { key: state.data.key, group: groupName(state.data.key) };
}
