import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Operations } from './arm/operations.ts';
import type { FaultPlan } from './faults/fault-plan.ts';
import type { Route } from './http/exchange.ts';
import type { Resource, ResourceStore } from './state/resource-store.ts';
import type { EmulatorClock } from './time/emulator-clock.ts';

/** What every emulated service works with. */
export type World = {
  clock: EmulatorClock;
  faults: FaultPlan;
  store: ResourceStore;
  operations: Operations;
  tenantId: string;
  subscriptions: readonly string[];
  regions: readonly string[];
  pageSize: number;
  /** Where managed identity tokens are handed out to what runs inside. */
  identity: { header: string; endpoint(): string };
};

/** One resource provider: a folder of this package. */
export type Service = {
  /** `Microsoft.ContainerInstance` */
  namespace: string;
  types: readonly { name: string; apiVersions: readonly string[] }[];
  routes: readonly Route[];
  /** Takes up what a restart interrupted. */
  resume?(): void;
  /** The resource goes with its group; its effects end. */
  remove?(resource: Resource): Promise<void>;
  /** A websocket of this service; `false` when it is not its own. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Stops watching; ends what runs only where asked. */
  close(options: { endEffects: boolean }): Promise<void>;
};

/** The resource, unless it is too young to be seen just now. */
export function visible({ store, faults, clock }: World, id: string): Resource | undefined {
  const resource = store.get(id);
  return resource !== undefined && isSeen({ faults, clock }, resource) ? resource : undefined;
}

export function isSeen({ faults, clock }: Pick<World, 'faults' | 'clock'>, { id, createdMs }: Resource): boolean {
  const rule = faults.holds('unseen', { path: id });
  return rule === undefined || clock.nowMs() - createdMs >= rule.delayMs;
}

/** `West US 2` and `westus2` are the same region. */
export function regionName(location: string): string {
  return location.toLowerCase().replaceAll(' ', '');
}
