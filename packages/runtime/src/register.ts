// tsyringe refuses to load without it, although no decorator is used here.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { defaultRetention, Engine, type EndpointHost, type EnginePolicy } from '@destino/core';
import { createFolderBlobStore } from '@destino/core/blob';
import type { Logger } from '@destino/core/driver';
import type { StateStore } from '@destino/core/store';
import { container, instanceCachingFactory, type DependencyContainer, type InjectionToken } from 'tsyringe';
import { createContent } from './content/create-content.ts';
import { EndpointKeys } from './endpoint/endpoint-keys.ts';
import { contextFactory } from './drivers/driver-context.ts';
import type { DriverRegistry } from './drivers/driver-registry.ts';
import { createClock } from './machine/clock.ts';
import { measureRoom } from './machine/room.ts';
import { SecretStore } from './secrets/secret-store.ts';
import { tokens, type Ask, type HostInfo } from './tokens.ts';
import type { Places, Variables } from './workspace/places.ts';

/** What is settled before anything is wired: found out about this machine, or given by the embedder. */
export type Given = {
  variables: Variables;
  places: Places;
  host: HostInfo;
  logger: Logger;
  drivers: DriverRegistry;
  store: StateStore;
  policy: Partial<EnginePolicy>;
  ask?: Ask | undefined;
  /** Serves endpoints from this process. */
  gateway?: EndpointHost | undefined;
};

/**
 * Wires one runtime in a child container: the global one stays empty, so that two runtimes in one process, as tests
 * and embedders have them, share nothing.
 */
export function wire(given: Given): DependencyContainer {
  const own = container.createChildContainer();
  const value = <T>(token: InjectionToken<T>, useValue: T): void => {
    own.register(token, { useValue });
  };
  const made = <T>(token: InjectionToken<T>, make: (from: DependencyContainer) => T): void => {
    own.register(token, { useFactory: instanceCachingFactory(make) });
  };
  value(tokens.variables, given.variables);
  value(tokens.places, given.places);
  value(tokens.host, given.host);
  value(tokens.logger, given.logger);
  value(tokens.drivers, given.drivers);
  value(tokens.store, given.store);
  value(tokens.policy, given.policy);
  value(tokens.ask, { ask: given.ask });
  value(tokens.gateway, { host: given.gateway });
  value(tokens.randomBytes, (size) => randomBytes(size));
  made(tokens.clock, () => createClock());
  made(tokens.blobs, (from) => createFolderBlobStore(from.resolve(tokens.places).blobs));
  made(tokens.secrets, (from) => {
    const { secrets, root } = from.resolve(tokens.places);
    return new SecretStore({ folder: secrets, root, variables: from.resolve(tokens.variables) });
  });
  made(tokens.endpointKeys, (from) => {
    const { endpointKeys: folder, root } = from.resolve(tokens.places);
    return new EndpointKeys({ folder, root });
  });
  made(tokens.content, (from) => createContent(from.resolve(tokens.blobs)));
  made(tokens.context, makeContext);
  made(tokens.engine, makeEngine);
  return own;
}

function makeContext(from: DependencyContainer): ReturnType<typeof contextFactory> {
  const { workspace, incarnation } = from.resolve(tokens.store).info;
  return contextFactory({
    logger: from.resolve(tokens.logger),
    clock: from.resolve(tokens.clock),
    secrets: from.resolve(tokens.secrets),
    content: from.resolve(tokens.content),
    owner: { workspace, incarnation },
    workFolder: from.resolve(tokens.places).work,
    ask: from.resolve(tokens.ask).ask,
  });
}

function makeEngine(from: DependencyContainer): Engine {
  const { host: gateway } = from.resolve(tokens.gateway);
  const keys = from.resolve(tokens.endpointKeys);
  return new Engine({
    store: from.resolve(tokens.store),
    blobs: from.resolve(tokens.blobs),
    drivers: from.resolve(tokens.drivers).list(),
    host: { ...from.resolve(tokens.host), secrets: from.resolve(tokens.secrets).names() },
    context: from.resolve(tokens.context),
    clock: from.resolve(tokens.clock),
    randomBytes: from.resolve(tokens.randomBytes),
    logger: from.resolve(tokens.logger),
    policy: from.resolve(tokens.policy),
    room: () => measureRoom(from.resolve(tokens.places).folder),
    retention: defaultRetention,
    ...(gateway !== undefined && { endpoints: { host: gateway, keys: async (endpoint) => Object.values(keys.read(endpoint)) } }),
  });
}
