import { userInfo } from 'node:os';
import type { EnginePolicy } from '@destino/core';
import type { AnyDriver, Logger } from '@destino/core/driver';
import { errorToData } from '@destino/core/errors';
import { AsyncStack } from './async-stack.ts';
import type { Destino } from './destino.ts';
import { DriverRegistry } from './drivers/driver-registry.ts';
import { builtInDrivers } from './drivers/built-in-drivers.ts';
import { readHostId } from './machine/host-id.ts';
import { logFileWriter } from './machine/log-file.ts';
import { createLineLogger } from './machine/logger.ts';
import { OpenDestino } from './open-destino.ts';
import { pluginSources, type SourceParts } from './plugins/plugin-sources.ts';
import type { PluginSource } from './plugins/plugin-state.ts';
import { TrustBook } from './plugins/trust-book.ts';
import { wire } from './register.ts';
import { tokens, type Ask } from './tokens.ts';
import { openWorkspaceStore, type WhichWorkspace } from './workspace/open-store.ts';

export type DestinoOptions = WhichWorkspace & {
  /** Beside the built-in ones. */
  drivers?: readonly AnyDriver[];
  /**
   * Plugins: `trusted` (the default) loads those that `destino.yaml` names and this user trusts, and the user's own; a
   * list loads those of them that it names, as an operator's word; an empty list none.
   */
  plugins?: 'trusted' | readonly string[];
  /** Default: warnings go to `destino.log` in the workspace's state folder. */
  logger?: Logger;
  /** `cli`, `agent`, `server`, `app` (the default). */
  role?: string;
  /** The program and its arguments that host this workspace's background agent; without it there is none. */
  agentCommand?: (workspace: { choice: string }) => readonly string[];
  /** Answers questions of drivers; only where there is a terminal. */
  ask?: Ask;
  policy?: Partial<EnginePolicy>;
  /** Serves the endpoints of the workspace from this process once it supervises. Default: the agent does, others do not. */
  servesEndpoints?: boolean;
};

/**
 * Opens a workspace of this machine. Disposing ends the supervision by this process and frees everything; jobs go on.
 * @throws `config-invalid` for a `destino.yaml` with faults, `unsupported` for state on a network file system, what
 * `openSqliteStore` throws.
 */
export async function createDestino(options: DestinoOptions = {}): Promise<Destino> {
  const { workspace, places, variables, store } = await openWorkspaceStore(options);
  const stack = new AsyncStack();
  stack.use(store);
  try {
    const logger = options.logger ?? createLineLogger('warn', logFileWriter(places.log), () => Date.now());
    const serves = options.servesEndpoints ?? options.role === 'agent';
    const gateway = serves ? (await import('@destino/gateway')).createGateway({ logger }) : undefined;
    const container = wire({
      variables,
      places,
      store,
      host: { hostId: readHostId(places.root), role: options.role ?? 'app', pid: process.pid },
      drivers: await allDrivers(options, { root: places.root, workspace, variables }),
      logger,
      gateway,
      policy: options.policy ?? {},
      ask: options.ask,
    });
    stack.use(container.resolve(tokens.blobs));
    stack.use(container.resolve(tokens.engine));
    const choice = workspace.file ?? workspace.name;
    for (const { error } of container.resolve(tokens.drivers).plugins) if (error !== undefined) container.resolve(tokens.logger).warn('plugin.not-loaded', { error: errorToData(error) });
    return new OpenDestino({ container, workspace, stack, serves, user: userInfo().username, agentCommand: options.agentCommand?.({ choice }) });
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}

/** The built-in ones, the embedder's, and those of plugins; nothing of plugins is read where no file names any. */
async function allDrivers({ drivers = [], plugins = 'trusted' }: DestinoOptions, found: Omit<SourceParts, 'read'>): Promise<DriverRegistry> {
  const own = [...builtInDrivers(), ...drivers];
  const named = await namedPlugins(found);
  if (named.every(({ entries }) => entries.length === 0)) return new DriverRegistry(own);
  const { loadPlugins } = await import('./plugins/load-plugins.ts');
  const loaded = await loadPlugins(named, { trust: new TrustBook(found.root), taken: own.map(({ kind }) => kind), only: plugins === 'trusted' ? undefined : plugins });
  return new DriverRegistry([...own, ...loaded.drivers], loaded.states);
}

async function namedPlugins(found: Omit<SourceParts, 'read'>): Promise<PluginSource[]> {
  return await pluginSources({ ...found, read: async (file) => await (await import('./workspace/settings.ts')).readPluginEntries(file) });
}
