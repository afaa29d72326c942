import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryBlobStore } from '@destino/core/blob';
import { isDestinoError } from '@destino/core/errors';
import { createMemoryStateStore, type StateStore } from '@destino/core/store';
import { createFakeRemote, createSeededRandom, type SeededRandom } from '@destino/driver-testkit';
import { openSqliteStore } from '@destino/store-sql';
import { checkEnd, servicesServe } from './end-invariants.ts';
import { checkRows, EffectWatch, type World } from './invariants.ts';
import { checkReaders } from './reader-invariants.ts';
import { Ledger, observed, Violation } from './ledger.ts';
import { Scheduler } from './scheduler.ts';
import { createHost, fair, type SimHost, type Weather } from './sim-host.ts';
import { act, noWishes, targets, type Wishes } from './user.ts';

export type SeedOptions = { seed: number; steps: number; store?: 'memory' | 'sqlite' };
export type SeedResult = { seed: number; store: string; once: string; steps: number; jobs: number; starts: number; crashes: number; freezes: number; commits: number; refused: number; virtualMs: number; digest: string };

const restMs = 24 * 3_600_000;
const rowsEvery = 400;

type Run = {
  options: SeedOptions;
  random: SeededRandom;
  scheduler: Scheduler;
  world: World;
  watch: EffectWatch;
  hosts: SimHost[];
  weather: { now: Weather; wallMs: number; storeMs: number };
  counts: { crashes: number; freezes: number; hosts: number };
  wishes: Wishes;
  errors: unknown[];
};

/** Plays one seed to its end. @throws `Violation` when an invariant is broken. */
export async function runSeed(options: SeedOptions): Promise<SeedResult> {
  const random = createSeededRandom(options.seed);
  const scheduler = new Scheduler(random.fork('scheduler'));
  const weather = { now: fair, wallMs: 0, storeMs: 0 };
  const kind = options.store ?? (options.seed % 4 === 0 ? 'sqlite' : 'memory');
  const opened = await openStore(kind, () => scheduler.nowMs + weather.storeMs);
  try {
    const once = random.pick(['remote', 'guarded', 'best-effort'] as const);
    const world = createWorld(opened.store, scheduler, random, once, () => scheduler.nowMs + weather.storeMs);
    const run: Run = { options, random, scheduler, world, watch: new EffectWatch(world), hosts: [], weather, counts: { crashes: 0, freezes: 0, hosts: 0 }, wishes: noWishes(), errors: [] };
    try {
      await chaos(run);
      await rest(run);
    } catch (error) {
      if (error instanceof Violation) error.world = world;
      throw error;
    }
    return { seed: options.seed, store: kind, once, ...(await summary(run)) };
  } finally {
    await opened.close();
  }
}

async function openStore(kind: 'memory' | 'sqlite', nowMs: () => number): Promise<{ store: StateStore; close: () => Promise<void> }> {
  if (kind === 'memory') return { store: createMemoryStateStore({ workspace: 'sim', incarnation: 'first', nowMs }), close: async () => undefined };
  const folder = await mkdtemp(join(tmpdir(), 'destino-sim-'));
  const store = await openSqliteStore({ file: join(folder, 'state.db'), workspace: 'sim', bootId: 'boot', monotonicMs: nowMs, incarnation: 'first' });
  return {
    store,
    close: async () => {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function createWorld(store: StateStore, scheduler: Scheduler, random: SeededRandom, once: 'remote' | 'guarded' | 'best-effort', storeNow: () => number): World {
  const ledger = new Ledger(storeNow);
  const remote = createFakeRemote({
    nowMs: () => scheduler.nowMs,
    once,
    logs: random.chance(0.8) ? 'exact' : 'gaps',
    timeout: random.pick(['target', 'engine'] as const),
    ...(random.chance(0.4) && { slots: random.int(2, 4) }),
    ...(random.chance(0.4) && { visibleAfterMs: random.int(1, 20_000) }),
    tombstones: random.chance(0.5),
  });
  return { store: observed(store, ledger), blobs: createMemoryBlobStore({ nowMs: () => scheduler.nowMs }), remote, ledger };
}

/** Starts a host; the start itself is an actor's work that may be cut off. */
function addHost(run: Run): void {
  run.counts.hosts += 1;
  const name = `host-${run.counts.hosts}`;
  const host = createHost({
    name,
    scheduler: run.scheduler,
    random: run.random.fork(name),
    store: run.world.store,
    blobs: run.world.blobs,
    remote: run.world.remote,
    weather: () => run.weather.now,
    wallOffsetMs: () => run.weather.wallMs,
    onSubmit: (key) => {
      if (!run.world.ledger.submitting.has(key)) run.errors.push(new Violation(`submission under ${key}, which was not stored before`, key));
    },
  });
  run.hosts.push(host);
  const start = async (): Promise<void> => {
    for (;;) {
      try {
        await host.engine.start();
        return;
      } catch {
        await run.scheduler.wait(name, 1000);
      }
    }
  };
  start().catch((error: unknown) => run.errors.push(error));
  onlooker(run, host).catch((error: unknown) => run.errors.push(error));
}

/** Somebody who follows logs on a host now and then: they are carried while their jobs are live. */
async function onlooker(run: Run, host: SimHost): Promise<void> {
  const random = run.random.fork(`onlooker of ${host.name}`);
  while (run.scheduler.steps < run.options.steps) {
    await run.scheduler.wait(host.name, random.int(1000, 20_000));
    const name = run.wishes.jobs.at(-1);
    if (name === undefined || random.chance(0.5)) continue;
    try {
      for await (const _ of host.engine.logs(name, { follow: true })) if (run.scheduler.steps >= run.options.steps) break;
    } catch (error) {
      if (!isDestinoError(error)) throw error;
    }
  }
}

async function users(run: Run): Promise<void> {
  const random = run.random.fork('users');
  const user = createHost({ ...hostParts(run, 'user', random), weather: () => fair });
  for (const name of targets) await user.engine.targets.put({ name, kind: 'fake', config: { target: name } });
  for (let serial = 1; run.scheduler.steps < run.options.steps; serial += 1) {
    await run.scheduler.wait('user', random.pick([0, 50, 500, 5000, 20_000]));
    await act(user.engine, random, run.wishes, serial);
  }
}

function hostParts(run: Run, name: string, random: SeededRandom): Parameters<typeof createHost>[0] {
  return { name, scheduler: run.scheduler, random, store: run.world.store, blobs: run.world.blobs, remote: run.world.remote, weather: () => run.weather.now, wallOffsetMs: () => run.weather.wallMs, onSubmit: () => undefined };
}

async function step(run: Run): Promise<boolean> {
  const went = await run.scheduler.step();
  run.watch.check();
  const [error] = [...run.world.ledger.violations, ...run.errors];
  if (error !== undefined) throw error;
  if (run.scheduler.steps % rowsEvery === 0) await checkRows(run.world);
  return went;
}

async function chaos(run: Run): Promise<void> {
  const { random, options } = run;
  const dice = random.fork('chaos');
  users(run).catch((error: unknown) => run.errors.push(error));
  addHost(run);
  addHost(run);
  while (run.scheduler.steps < options.steps) {
    if (!(await step(run))) return;
    if (dice.chance(0.01)) run.weather.now = storm(dice);
    if (dice.chance(0.004)) disturb(run, dice);
  }
}

function storm(dice: SeededRandom): Weather {
  const bad = (most: number): number => (dice.chance(0.5) ? 0 : dice.next() * most);
  return { busy: bad(0.1), lost: bad(0.15), fault: bad(0.2), stale: bad(0.3), late: bad(0.2), endless: bad(0.03), slowMs: dice.pick([1, 50, 3000, 40_000]) };
}

function disturb(run: Run, dice: SeededRandom): void {
  const living = run.hosts.filter(({ name }) => !run.scheduler.isDead(name));
  const choice = dice.int(1, 10);
  if (choice <= 4 && living.length > 0) {
    run.counts.crashes += 1;
    run.scheduler.crash(dice.pick(living).name);
    if (living.length === 1 || dice.chance(0.7)) addHost(run);
  } else if (choice <= 7 && living.length > 0) {
    run.counts.freezes += 1;
    run.scheduler.freeze(dice.pick(living).name, dice.pick([3000, 31_000, 120_000]));
    if (dice.chance(0.5)) addHost(run);
  } else if (choice === 8) run.weather.wallMs += dice.int(-86_400_000, 86_400_000);
  else if (choice === 9) run.weather.storeMs += dice.int(0, 60_000);
  else run.scheduler.jump(dice.int(0, 60_000));
}

/** The weather clears, one more host comes, and everything comes to rest. */
async function rest(run: Run): Promise<void> {
  run.weather.now = fair;
  run.scheduler.thaw();
  addHost(run);
  const endMs = run.scheduler.nowMs + restMs;
  for (let count = 0; run.scheduler.nowMs < endMs; count += 1) {
    if (!(await step(run))) break;
    if (count % 100 === 0 && (await isAtRest(run))) break;
  }
  await checkEnd(run.world);
  const auditor = createHost({ ...hostParts(run, 'auditor', run.random.fork('auditor')), weather: () => ({ ...fair, slowMs: 0 }) });
  await played(run, checkReaders(run.world, auditor.engine));
  await played(run, checkNoOrphans(run, auditor));
}

async function isAtRest(run: Run): Promise<boolean> {
  const [jobs, watches] = [await run.world.store.list({ type: 'job', active: true, limit: 1 }), await run.world.store.list({ type: 'watch', active: true, limit: 1 })];
  return jobs.items.length === 0 && watches.items.length === 0 && (await servicesServe(run.world));
}

/** Lets time go on until `work`, which waits in the simulated world, is done. */
async function played<T>(run: Run, work: Promise<T>): Promise<T> {
  let done = false;
  const noted = work.finally(() => (done = true));
  noted.catch(() => undefined);
  for (let count = 0; !done && count < 20_000; count += 1) await run.scheduler.step();
  return await noted;
}

/** Whatever still carries our mark belongs to a row that is not released, or prune lists it. */
async function checkNoOrphans(run: Run, auditor: SimHost): Promise<void> {
  const { store, remote } = run.world;
  const orphans = await auditor.engine.prune(targets[0] ?? '', { olderThanMs: 0 });
  const listed = new Set(orphans.map(({ thing }) => `${thing.what} ${thing.id}`));
  for (const thing of remote.listOwned({ owner: { workspace: store.info.workspace, incarnation: store.info.incarnation } })) {
    if (thing.what !== 'job' || thing.key === undefined) continue;
    const [attempt] = await store.attemptsByKey([thing.key]);
    if (attempt !== undefined && attempt.phase !== 'released') continue;
    if (!listed.has(`${thing.what} ${thing.id}`)) throw new Violation(`${thing.id} stands in the remote world, no row owns it, and prune does not list it`);
  }
}

async function summary(run: Run): Promise<Omit<SeedResult, 'seed' | 'store' | 'once'>> {
  const { remote, ledger, store } = run.world;
  const jobs = await store.list({ type: 'job', limit: 1000 });
  const states = jobs.items.map(({ name, state, fence, version }) => `${name}:${state}:${fence}:${version}`).join(' ');
  return {
    steps: run.scheduler.steps,
    jobs: jobs.items.length,
    starts: Object.values(remote.truth.starts()).reduce((sum, count) => sum + count, 0),
    crashes: run.counts.crashes,
    freezes: run.counts.freezes,
    commits: ledger.commits,
    refused: ledger.refused,
    virtualMs: Math.round(run.scheduler.nowMs),
    digest: hashText(states),
  };
}

/** Tells two replays of one seed apart. */
function hashText(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
