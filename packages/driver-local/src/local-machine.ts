import type { Clock, Helper } from '@destino/core/driver';
import { settleCapacity } from './capacity.ts';
import type { LocalConfig } from './config.ts';
import { JobServer } from './job-server.ts';
import { layout, type Layout } from './layout.ts';
import { defaultMachineDir, thisMachine, type Machine } from './machine.ts';
import { readQueue, type Capacity, type QueueView } from './queue-view.ts';

/** A look at the queue serves the inspections of this long; reasons may be that old. */
const queueViewMs = 50;

/** What all verbs of one opened target share. */
export type LocalMachine = {
  readonly places: Layout;
  readonly machine: Machine;
  readonly server: JobServer;
  readonly emptyQueue: QueueView;
  readonly dockerHost?: string;
  /** Makes the folders and settles the capacity, once. */
  prepare(): Promise<Capacity>;
  /** The queue as it is now, or was a moment ago; a ticket that it lacks is looked for again. */
  queue(): QueueView;
};

export function openLocalMachine(config: LocalConfig, clock: Clock, helper: Pick<Helper, 'script' | 'hash'>): LocalMachine {
  const places = layout(config.machineDir ?? defaultMachineDir());
  const machine = thisMachine();
  const server = new JobServer(places, machine, helper);
  let capacity: Capacity = { cores: config.cores ?? 0, memoryBytes: config.memoryBytes ?? 0, gpus: config.gpus ?? [] };
  let settled: Promise<Capacity> | undefined;
  let view: { atMs: number; queue: QueueView } | undefined;
  const look = (): QueueView => {
    view = { atMs: clock.monotonicMs(), queue: readQueue(places, machine, capacity) };
    return view.queue;
  };
  return {
    places,
    machine,
    server,
    emptyQueue: { place: () => undefined },
    ...(config.dockerHost !== undefined && { dockerHost: config.dockerHost }),
    prepare: () => {
      settled ??= server.prepare().then(async (script) => (capacity = await settleCapacity(places, script, config)));
      settled.catch(() => (settled = undefined));
      return settled;
    },
    queue: () => {
      const recent = view !== undefined && clock.monotonicMs() - view.atMs < queueViewMs ? view.queue : undefined;
      return { place: (key) => recent?.place(key) ?? look().place(key) };
    },
  };
}
