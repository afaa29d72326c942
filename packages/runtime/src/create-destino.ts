import { userInfo } from 'node:os';
import type { EnginePolicy } from '@destino/core';
import type { AnyDriver, Logger } from '@destino/core/driver';
import { AsyncStack } from './async-stack.ts';
import type { Destino } from './destino.ts';
import { DriverRegistry } from './drivers/driver-registry.ts';
import { builtInDrivers } from './drivers/built-in-drivers.ts';
import { readHostId } from './machine/host-id.ts';
import { logFileWriter } from './machine/log-file.ts';
import { createLineLogger } from './machine/logger.ts';
import { OpenDestino } from './open-destino.ts';
import { wire } from './register.ts';
import { tokens, type Ask } from './tokens.ts';
import { openWorkspaceStore, type WhichWorkspace } from './workspace/open-store.ts';

export type DestinoOptions = WhichWorkspace & {
  /** Beside the built-in ones. */
  drivers?: readonly AnyDriver[];
  /** Default: warnings go to `destino.log` in the workspace's state folder. */
  logger?: Logger;
  /** `cli`, `agent`, `server`, `app` (the default). */
  role?: string;
  /** The program and its arguments that host this workspace's background agent; without it there is none. */
  agentCommand?: (workspace: { choice: string }) => readonly string[];
  /** Answers questions of drivers; only where there is a terminal. */
  ask?: Ask;
  policy?: Partial<EnginePolicy>;
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
    const container = wire({
      variables,
      places,
      store,
      host: { hostId: readHostId(places.root), role: options.role ?? 'app', pid: process.pid },
      logger: options.logger ?? createLineLogger('warn', logFileWriter(places.log), () => Date.now()),
      drivers: new DriverRegistry([...builtInDrivers(), ...(options.drivers ?? [])]),
      policy: options.policy ?? {},
      ask: options.ask,
    });
    stack.use(container.resolve(tokens.blobs));
    stack.use(container.resolve(tokens.engine));
    const choice = workspace.file ?? workspace.name;
    return new OpenDestino({ container, workspace, stack, user: userInfo().username, agentCommand: options.agentCommand?.({ choice }) });
  } catch (error) {
    await stack[Symbol.asyncDispose]();
    throw error;
  }
}
