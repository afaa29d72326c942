import { createSeededRandom, startRemoteProcess, connectFakeRemote, type RemoteConnection, type RemoteSettingsInput } from '@destino/driver-testkit';
import type { StateStore } from '@destino/core/store';
import { audit, type Audit } from './audit.ts';
import { HostProcess } from './host-process.ts';
import type { Order } from './host/orders.ts';
import { planJobs, type PlannedJob } from './plan.ts';
import { openWorkspace, type Place } from './workspace.ts';

export type KillsOptions = {
  seed: number;
  kills: number;
  jobs: number;
  /** Engines at work at once, default 1. */
  hosts?: number;
  place: Place;
  remote?: RemoteSettingsInput;
  /** The longest that a host lives, default 1,200. Milliseconds. */
  lifeMs?: number;
  /** How long all may take to come to rest after the last kill, default 30,000. Milliseconds. */
  restMs?: number;
  /** For a host that is broken on purpose. */
  nodeArguments?: readonly string[];
};

export type KillsResult = Audit & { seed: number; kills: number };

type Run = { options: KillsOptions; plan: PlannedJob[]; store: StateStore; address: string | number; given: number; killed: number; open: Map<string, Order>; done: Set<string>; hosts: Set<HostProcess> };

/** Kills hosts of the engine by seed while jobs go on, lets all come to rest, and counts. */
export async function runKills(options: KillsOptions): Promise<KillsResult> {
  const remote = await startRemoteProcess(options.remote === undefined ? {} : { settings: options.remote });
  const connection = await connectFakeRemote(remote.address);
  const workspace = await openWorkspace(options.place);
  const plan = planJobs(options.seed, options.jobs);
  const run: Run = { options, plan, store: workspace.store, address: remote.address, given: 0, killed: 0, open: new Map(), done: new Set(), hosts: new Set() };
  try {
    await Promise.all(Array.from({ length: options.hosts ?? 1 }, (_, index) => hostLives(run, index)));
    await rest(run);
    return { seed: options.seed, kills: run.killed, ...(await audited(run, connection, workspace)) };
  } finally {
    await Promise.all([...run.hosts].map((host) => host.kill()));
    await workspace.store[Symbol.asyncDispose]();
    connection.close();
    await remote.stop();
  }
}

function audited(run: Run, connection: RemoteConnection, { blobs }: Awaited<ReturnType<typeof openWorkspace>>): Promise<Audit> {
  const accepted = new Set([...run.done].filter((order) => order.startsWith('submit')).map((order) => Number(order.split(' ')[1])));
  return audit({ plan: run.plan, accepted, store: run.store, blobs, connection });
}

function startHost(run: Run, name: string): HostProcess {
  const { seed, jobs, place, nodeArguments } = run.options;
  const onDone = (order: Order): void => {
    run.open.delete(nameOf(order));
    run.done.add(nameOf(order));
  };
  const host = new HostProcess({ place, remote: run.address, seed, jobs, name }, { onDone, ...(nodeArguments !== undefined && { nodeArguments }) });
  run.hosts.add(host);
  return host;
}

function nameOf({ act, job }: Order): string {
  return `${act} ${job}`;
}

/** One host after the other, each killed at an instant of its own. */
async function hostLives(run: Run, index: number): Promise<void> {
  const { options } = run;
  const random = createSeededRandom(options.seed).fork(`host ${index}`);
  for (let life = 1; run.killed < options.kills; life += 1) {
    const host = startHost(run, `host-${index}-${life}`);
    // Most die at work; some while they are starting.
    if (random.chance(0.9)) {
      await Promise.race([host.started, host.live(20_000)]);
      const lifeMs = random.int(0, options.lifeMs ?? 1200);
      const beforeMs = random.int(0, lifeMs);
      await host.live(beforeMs);
      giveOrders(run, host);
      // Orders are when most is written: many die in their middle.
      await host.live(random.chance(0.4) ? random.int(0, 80) : lifeMs - beforeMs);
    } else await host.live(random.int(0, 400));
    await host.kill();
    run.hosts.delete(host);
    run.killed += 1;
  }
}

/** Gives again what was not answered, and new orders as far as the run has come. */
function giveOrders(run: Run, host: HostProcess): void {
  const { plan, options } = run;
  for (const order of run.open.values()) host.order(order);
  const until = Math.min(plan.length, Math.ceil(((run.killed + 1) / options.kills) * plan.length));
  for (; run.given < until; run.given += 1) {
    for (const order of ordersOf(run, run.given)) {
      run.open.set(nameOf(order), order);
      host.order(order);
    }
  }
}

/** A job is cancelled a few orders after its own, whatever has become of it by then. */
function ordersOf({ plan, done }: Run, index: number): Order[] {
  const earlier = index - 3;
  const cancel = plan[earlier]?.cancelled === true && done.has(`submit ${earlier}`);
  return [{ act: 'submit', job: index }, ...(cancel ? [{ act: 'cancel' as const, job: earlier }] : [])];
}

/** One more host, left alone until nothing is active. */
async function rest(run: Run): Promise<void> {
  const host = startHost(run, 'host-last');
  await Promise.race([host.started, host.live(20_000)]);
  giveOrders(run, host);
  const steps = Math.ceil((run.options.restMs ?? 30_000) / 100);
  for (let step = 0; step < steps; step += 1) {
    await host.live(100);
    const [jobs, watches] = await Promise.all([run.store.list({ type: 'job', active: true, limit: 1 }), run.store.list({ type: 'watch', active: true, limit: 1 })]);
    if (run.open.size === 0 && jobs.items.length === 0 && watches.items.length === 0) break;
  }
  await host.kill();
  run.hosts.delete(host);
}
