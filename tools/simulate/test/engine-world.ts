import { Engine, type EngineOptions, type EnginePolicy, type Job, type JobRequestInput, type LogChunk, type RetryPolicy } from '@destino/core';
import { createMemoryBlobStore, type BlobStore } from '@destino/core/blob';
import type { Traits } from '@destino/core/driver';
import type { JobSpecInput } from '@destino/core/model';
import { createMemoryStateStore, type StateStore } from '@destino/core/store';
import {
  createFakeDriver, createFakeRemote, createManualClock, createSeededRandom, createTestContext, faultHooks, joinHooks,
  type CallHooks, type FakeCall, type FakeDriverOptions, type FakeRemote, type FaultScriptInput, type LoggedLine, type ManualClock, type ProgrammeInput, type RemoteSettingsInput,
} from '@destino/driver-testkit';

export type HostOptions = {
  hostId?: string;
  kinds?: readonly string[];
  secrets?: Record<string, string>;
  faults?: FaultScriptInput;
  hooks?: CallHooks;
  traits?: Partial<Traits>;
  policy?: Partial<EnginePolicy>;
  /** By kind. */
  unsupported?: Record<string, NonNullable<FakeDriverOptions['unsupported']>>;
  wrap?: EngineOptions['wrap'];
  store?: StateStore;
  blobs?: BlobStore;
};

export type Host = { engine: Engine; calls: FakeCall[]; lines: readonly LoggedLine[] };

export type EngineWorld = {
  clock: ManualClock;
  store: StateStore;
  blobs: BlobStore;
  remote: FakeRemote;
  /** An engine of its own, not started. */
  host(name: string, options?: HostOptions): Host;
  /** One that supervises, on the targets `a` and `b`. */
  started(name: string, options?: HostOptions): Promise<Host>;
  /** Lets time pass until the promise has settled. */
  finish<T>(work: Promise<T>): Promise<T>;
  /** Lets time pass until it answers true. */
  until(holds: () => Promise<boolean>, limitMs?: number): Promise<void>;
  /** The job once it is at rest: ended and released. */
  atRest(engine: Engine, name: string): Promise<Job>;
};

const workspace = 'w';
const incarnation = 'first';

/** A workspace in memory, its remote world, and a clock that the test moves. Nothing waits for real time. */
export function createEngineWorld(settings: RemoteSettingsInput = {}): EngineWorld {
  const clock = createManualClock({ startMs: 1000 });
  const nowMs = (): number => clock.monotonicMs();
  const store = createMemoryStateStore({ workspace, incarnation, nowMs });
  const blobs = createMemoryBlobStore({ nowMs });
  const remote = createFakeRemote({ nowMs, ...settings });
  const random = createSeededRandom(5);

  const host = (name: string, options: HostOptions = {}): Host => {
    const calls: FakeCall[] = [];
    const record: CallHooks = { before: (call) => void calls.push(call) };
    const hooks = joinHooks(record, options.hooks ?? {}, faultHooks(options.faults ?? [], random.fork(name)));
    const context = createTestContext({ clock, owner: { workspace, incarnation }, secrets: options.secrets ?? {} });
    const driver = (kind: string): ReturnType<typeof createFakeDriver> =>
      createFakeDriver({ remote, kind, host: name, hooks, followPollMs: 1000, ...(options.traits !== undefined && { traits: options.traits }), ...(options.unsupported?.[kind] !== undefined && { unsupported: options.unsupported[kind] }) });
    const engine = new Engine({
      store: options.store ?? store,
      blobs: options.blobs ?? blobs,
      drivers: (options.kinds ?? ['fake']).map(driver),
      host: { hostId: options.hostId ?? name, role: 'test', secrets: Object.keys(options.secrets ?? {}) },
      context: () => context,
      clock,
      randomBytes: (size) => random.bytes(size),
      logger: context.logger,
      ...(options.policy !== undefined && { policy: options.policy }),
      ...(options.wrap !== undefined && { wrap: options.wrap }),
    });
    return { engine, calls, lines: context.lines };
  };

  const until = async (holds: () => Promise<boolean>, limitMs = 48 * 3_600_000): Promise<void> => {
    const endMs = nowMs() + limitMs;
    while (!(await holds())) {
      if (nowMs() > endMs || !(await clock.advanceToNext())) throw new Error(`what was waited for did not happen by ${nowMs()} ms`);
    }
  };

  return {
    clock,
    store,
    blobs,
    remote,
    host,
    until,
    started: async (name, options) => {
      const made = host(name, options);
      for (const target of ['a', 'b']) await made.engine.targets.put({ name: target, kind: options?.kinds?.[0] ?? 'fake', config: { target } });
      await made.engine.start();
      return made;
    },
    finish: async (work) => {
      let settled = false;
      const mark = (): void => void (settled = true);
      work.then(mark, mark);
      await until(async () => settled);
      return await work;
    },
    atRest: async (engine, name) => {
      await until(async () => (await store.named('job', name))?.active === false);
      const job = await engine.job(name);
      if (job === undefined) throw new Error(`no job ${name}`);
      return job;
    },
  };
}

type RetryInput = { [Cause in keyof RetryPolicy]?: { attempts: number; backoffMs?: number } };

/** A request whose job does what the programme says. */
export function request(programme: ProgrammeInput = {}, options: { spec?: Partial<JobSpecInput>; targets?: string[]; retry?: RetryInput; unreachableAfterMs?: number } = {}): JobRequestInput {
  const { spec, targets = ['a'], ...rest } = options;
  return { spec: { name: 'job', command: ['run'], ...spec, resources: { properties: { fake: programme }, ...spec?.resources } }, targets, ...rest };
}

/** The key of the newest attempt, or of the one with that number. */
export async function keyOf(world: EngineWorld, name: string, number?: number): Promise<string> {
  const record = await world.store.named('job', name);
  const attempts = record === undefined ? [] : await world.store.attempts(record.id);
  const attempt = number === undefined ? attempts.at(-1) : attempts.find((each) => each.number === number);
  if (attempt === undefined) throw new Error(`job ${name} has no such attempt`);
  return attempt.key;
}

/** Waits until the job's newest attempt has reached a phase. */
export async function untilPhase(world: EngineWorld, name: string, phase: string): Promise<void> {
  await world.until(async () => {
    const record = await world.store.named('job', name);
    return record !== undefined && (await world.store.attempts(record.id)).at(-1)?.phase === phase;
  });
}

export async function untilState(world: EngineWorld, name: string, state: string): Promise<void> {
  await world.until(async () => (await world.store.named('job', name))?.state === state);
}

/** What a reader of the log gets: text by source and stream, gaps in their place. */
export async function readLog(engine: Engine, name: string): Promise<Record<string, string>> {
  return textOf(engine.logs(name));
}

export async function textOf(chunks: AsyncIterable<LogChunk>): Promise<Record<string, string>> {
  const logs: Record<string, string> = {};
  for await (const chunk of chunks) {
    const log = 'gap' in chunk ? `${chunk.attempt} ${chunk.source}` : `${chunk.attempt} ${chunk.source} ${chunk.stream}`;
    logs[log] = (logs[log] ?? '') + ('gap' in chunk ? `[gap: ${chunk.gap.reason}]` : Buffer.from(chunk.bytes).toString());
  }
  return logs;
}
