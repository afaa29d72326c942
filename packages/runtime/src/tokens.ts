import type { ContextFactory, EndpointHost, Engine, EnginePolicy } from '@destino/core';
import type { BlobStore } from '@destino/core/blob';
import type { Clock, Content, Logger, Question } from '@destino/core/driver';
import type { RandomBytes } from '@destino/core/model';
import type { StateStore } from '@destino/core/store';
import type { InjectionToken } from 'tsyringe';
import type { DriverRegistry } from './drivers/driver-registry.ts';
import type { EndpointKeys } from './endpoint/endpoint-keys.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import type { Places, Variables } from './workspace/places.ts';

/** The host that a runtime is: as the engine presents it to the others of its workspace. */
export type HostInfo = { hostId: string; role: string; pid: number };
export type Ask = (question: Question) => Promise<string>;

function token<T>(name: string): InjectionToken<T> {
  return Symbol(`destino.${name}`);
}

/** What a runtime is made of. Each is registered once, in `register.ts`, in a container of the runtime's own. */
export const tokens = {
  variables: token<Variables>('variables'),
  places: token<Places>('places'),
  clock: token<Clock>('clock'),
  logger: token<Logger>('logger'),
  randomBytes: token<RandomBytes>('random-bytes'),
  host: token<HostInfo>('host'),
  drivers: token<DriverRegistry>('drivers'),
  store: token<StateStore>('store'),
  blobs: token<BlobStore>('blobs'),
  secrets: token<SecretStore>('secrets'),
  content: token<Content>('content'),
  ask: token<{ ask?: Ask | undefined }>('ask'),
  context: token<ContextFactory>('context'),
  policy: token<Partial<EnginePolicy>>('policy'),
  gateway: token<{ host: EndpointHost | undefined }>('gateway'),
  endpointKeys: token<EndpointKeys>('endpoint-keys'),
  engine: token<Engine>('engine'),
} as const;
