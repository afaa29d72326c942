import type { EndpointChange, Revision } from '@destino/core';

export type Change = EndpointChange;

/** An endpoint as a deployment meets it. */
export type EndpointState = { name: string; isNew: boolean; current: Revision; history: readonly Revision[] };

export function stateOfNew(name: string): EndpointState {
  return { name, isNew: true, history: [], current: { number: 1, id: '', at: '', change: 'created', deployments: {}, traffic: {}, mirror: {}, retiring: {} } };
}
