import type { Owner } from '@destino/core/model';
import type { FakeRemote } from '../create-fake-remote.ts';
import type { RemoteJobView } from '../remote-api.ts';
import type { Strike } from './job-record.ts';
import type { ServiceRevision } from './services-world.ts';
import type { RemoteSettings } from './settings.ts';
import type { Effect } from './truth.ts';

/** What only a test asks of the world, as calls that can cross to another process. */
export interface RemoteControl {
  settings(): RemoteSettings;
  effects(): readonly Effect[];
  starts(): Record<string, number>;
  look(call: { key: string }): RemoteJobView;
  producedLog(call: { key: string }): Record<string, Uint8Array>;
  serviceHistory(call: { name: string }): readonly ServiceRevision[];
  strike(call: { key: string; strike: Omit<Strike, 'atMs'> }): void;
  erase(call: { key: string; conclusive: boolean; reason: string }): void;
  setSlots(call: { slots?: number }): void;
  plantTarget(call: { name: string; owner?: Owner }): void;
  targetExists(call: { name: string }): boolean;
}

export function controlOf(remote: FakeRemote): RemoteControl {
  return {
    settings: () => remote.settings,
    effects: () => remote.truth.effects,
    starts: () => remote.truth.starts(),
    look: ({ key }) => remote.look(key),
    producedLog: ({ key }) => remote.producedLog(key),
    serviceHistory: ({ name }) => remote.serviceHistory(name),
    strike: ({ key, strike }) => remote.strike(key, strike),
    erase: ({ key, ...how }) => remote.erase(key, how),
    setSlots: ({ slots }) => remote.setSlots(slots),
    plantTarget: ({ name, owner }) => remote.plantTarget(name, owner),
    targetExists: ({ name }) => remote.targetExists(name),
  };
}
