import { DestinoError } from '@destino/core/errors';
import type { Handle } from '@destino/core/model';
import type { JobRef } from '../remote-api.ts';
import { readState } from './state.ts';

function wrong(handle: Handle, what: string): DestinoError {
  return new DestinoError('contract', `the handle '${handle.id}' is not one of a ${what} of the fake driver`);
}

export function jobRef(handle: Handle): JobRef {
  const state = readState(handle.state);
  if (state?.what !== 'job') throw wrong(handle, 'job');
  return { key: state.key, record: state.record };
}

export function serviceName(handle: Handle): string {
  const state = readState(handle.state);
  if (state?.what !== 'service') throw wrong(handle, 'service');
  return state.name;
}

export function targetName(handle: Handle): string {
  const state = readState(handle.state);
  if (state?.what !== 'target') throw wrong(handle, 'target');
  return state.name;
}
