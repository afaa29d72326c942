import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { capabilities, type Capabilities, type Clock, type ComputeTarget, type Jobs, type Traits } from '../driver/index.ts';
import { DestinoError } from '../errors/index.ts';
import { jobSpecSchema, type Handle, type JobInspection } from '../model/index.ts';
import type { CallTrace, GuardedDriver } from './guard-options.ts';
import { guardTarget, type GuardedTarget } from './guard-target.ts';

const key = 'abcdefghijklmnopqrstuvwxyz';
const traits: Traits = { queue: 'target', once: 'remote', reach: 'anywhere', logs: 'exact', timeout: 'target', settleMs: 0, batch: 3 };
const driver: GuardedDriver = {
  kind: 'toy',
  capabilities: capabilities({ jobs: true }, 'a toy'),
  traits,
  stateSchema: z.strictObject({ pid: z.number() }),
  stateVersion: 2,
  migrateState: (state) => ({ pid: Number((state as { old: string }).old) }),
};
const handle = (id: string, more: Partial<Handle> = {}): Handle => ({ kind: 'toy', stateVersion: 2, id, state: { pid: 1 }, ...more });
const running: JobInspection = { seen: 'yes', state: 'running', rawState: 'R', reasons: [], exits: [] };
const spec = jobSpecSchema.parse({ name: 'j', command: ['true'] });

/** A clock that moves when told to; sleeps are kept by the time they end at. */
function testClock(): Clock & { pass(ms: number): Promise<void>; sleepers(): number } {
  let nowMs = 0;
  const sleeps = new Map<() => void, number>();
  return {
    monotonicMs: () => nowMs,
    wallMs: () => nowMs,
    sleep: (ms, options) =>
      new Promise((resolve, reject) => {
        sleeps.set(resolve, nowMs + ms);
        options?.signal?.addEventListener('abort', () => {
          sleeps.delete(resolve);
          reject(new DestinoError('aborted', 'sleep'));
        });
      }),
    pass: async (ms) => {
      nowMs += ms;
      for (const [wake, atMs] of sleeps) if (atMs <= nowMs && sleeps.delete(wake)) wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
    sleepers: () => sleeps.size,
  };
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

const toyJobs: Jobs = {
  submit: async () => ({ handle: handle('a') }),
  find: async () => ({ found: false, conclusive: true }),
  inspect: async (handles) => handles.map(() => running),
  logs: async function* () {
    yield { cursor: '1', source: 'n', stream: 'stdout', bytes: new Uint8Array([1]) };
  },
  cancel: async () => undefined,
  outputs: async function* () {},
  release: async () => undefined,
};

type Guarded = { guarded: GuardedTarget; clock: ReturnType<typeof testClock>; calls: CallTrace[]; logged: string[] };

function guard(jobs: Partial<Jobs> = {}, target: Partial<ComputeTarget> = {}, more: Partial<GuardedDriver> = {}): Guarded {
  const clock = testClock();
  const calls: CallTrace[] = [];
  const logged: string[] = [];
  const log = (event: string, fields?: unknown): void => void logged.push(`${event} ${JSON.stringify(fields)}`);
  const opened: ComputeTarget = {
    probe: async () => ({ health: 'healthy', text: 'well', attributes: {}, missing: {} }),
    jobs: { ...toyJobs, ...jobs },
    [Symbol.asyncDispose]: async () => undefined,
    ...target,
  };
  const guarded = guardTarget(opened, { ...driver, ...more }, { clock, logger: { debug: log, info: log, warn: log }, onCall: (call) => void calls.push(call) });
  return { guarded, clock, calls, logged };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('guardTarget', () => {
  it('refuses a target whose facets are not those declared', () => {
    const can: Capabilities = capabilities({ jobs: true, nodes: true }, 'a toy');
    expect(() => guard({}, {}, { capabilities: can })).toThrow(/nodes: declared by the capability 'nodes', but not there/);
  });

  it('rejects verbs of undeclared facets with the reason, and jobs that want what is not declared', async () => {
    const { guarded } = guard();
    const effect = { key, fence: 1 };
    await expect(guarded.power.start(handle('a'), effect)).rejects.toMatchObject({ code: 'unsupported', op: 'power.start', message: expect.stringContaining('a toy') });
    await expect(all(guarded.nodes.list(undefined))).rejects.toMatchObject({ code: 'unsupported' });
    const wide = jobSpecSchema.parse({ name: 'j', command: ['true'], resources: { nodes: 2 } });
    await expect(guarded.jobs.submit(wide, effect)).rejects.toMatchObject({ code: 'unsupported', details: { capability: 'jobs.multi-node' } });
  });

  it('names driver, op and path of a wrong argument and of a wrong answer', async () => {
    const { guarded } = guard({ find: async () => ({ found: true }) as never });
    await expect(guarded.jobs.submit(spec, { key: 'short', fence: 1 })).rejects.toMatchObject({ code: 'contract', op: 'jobs.submit', kind: 'toy', details: [{ path: 'key' }] });
    await expect(guarded.jobs.submit(spec, { key, fence: -1 })).rejects.toMatchObject({ code: 'contract', details: [{ path: 'fence' }] });
    await expect(guarded.jobs.find(key)).rejects.toMatchObject({ code: 'contract', op: 'jobs.find', details: [{ path: 'handle' }] });
  });

  it('ends a verb that does not answer, with timeout and advice to repeat', async () => {
    const { guarded, clock } = guard({ submit: never });
    const call = guarded.jobs.submit(spec, { key, fence: 1 });
    const failure = call.catch((error: unknown) => error);
    await clock.pass(60_000);
    expect(await failure).toMatchObject({ code: 'timeout', retry: 'same', message: expect.stringContaining('effect is unknown') });
    expect(clock.sleepers()).toBe(0);
  });

  it('lets a transfer go on as long as it reports progress', async () => {
    let report: (doneBytes: number) => void = () => undefined;
    const { guarded, clock } = guard({
      stage: (_spec, options) => {
        report = (doneBytes) => options.onProgress?.({ what: 'x', doneBytes });
        return never();
      },
    });
    const outcome = guarded.jobs.stage?.(spec, { key, fence: 1 }).catch((error: DestinoError) => error.code);
    await clock.pass(40_000);
    report(1);
    await clock.pass(40_000);
    await expect(Promise.race([outcome, Promise.resolve('going')])).resolves.toBe('going');
    await clock.pass(20_000);
    await expect(outcome).resolves.toBe('timeout');
  });

  it('rejects with the reason of the signal at once, whatever the driver does, and tells the driver', async () => {
    const controller = new AbortController();
    let told: AbortSignal | undefined;
    const { guarded } = guard({
      submit: (_spec, options) => {
        told = options.signal;
        return never();
      },
    });
    const call = guarded.jobs.submit(spec, { key, fence: 1, signal: controller.signal });
    controller.abort('enough');
    await expect(call).rejects.toMatchObject({ code: 'aborted', cause: 'enough' });
    expect(told?.aborted).toBe(true);
  });

  it('keeps the reason of the caller when the driver reports the abort in its own words', async () => {
    const controller = new AbortController();
    const { guarded } = guard({
      cancel: async () => {
        controller.abort('mine');
        throw new TypeError('fetch failed');
      },
    });
    await expect(guarded.jobs.cancel(handle('a'), { graceMs: 0, signal: controller.signal })).rejects.toMatchObject({ code: 'aborted', cause: 'mine' });
  });

  it('closes a connection that comes after the abort', async () => {
    let arrive: () => void = () => undefined;
    let closed = 0;
    const connection = { origin: 'http://127.0.0.1:1', close: async () => void (closed += 1) };
    const connect = (): Promise<typeof connection> => new Promise((resolve) => (arrive = () => resolve(connection)));
    const can = capabilities({ services: true }, 'a toy');
    const services = { ...toyJobs, deploy: async () => ({ handle: handle('s') }), update: async () => ({ handle: handle('s') }), undeploy: async () => undefined, connect };
    const { guarded } = guard({}, { jobs: undefined, services: services as never } as never, { capabilities: can });
    const controller = new AbortController();
    const call = guarded.services.connect(handle('s'), { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    arrive();
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(1);
  });

  it('returns the iterator of a log that is left, and of one that is aborted', async () => {
    let returned = 0;
    const endless = (): AsyncIterable<never> => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: { cursor: '1', source: 'n', stream: 'stdout', bytes: new Uint8Array([1]) } as never }),
        return: async () => {
          returned += 1;
          return { done: true, value: undefined };
        },
      }),
    });
    const { guarded } = guard({ logs: endless });
    for await (const record of guarded.jobs.logs(handle('a'), { follow: true })) if ('bytes' in record) break;
    expect(returned).toBe(1);
    const controller = new AbortController();
    const reading = (async () => {
      for await (const record of guarded.jobs.logs(handle('a'), { follow: true, signal: controller.signal })) if ('bytes' in record) controller.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    expect(returned).toBe(2);
  });

  it('does not count the time that the reader of a log takes', async () => {
    const { guarded, clock } = guard();
    for await (const record of guarded.jobs.logs(handle('a'), { follow: false })) if ('bytes' in record) await clock.pass(100_000);
    expect(clock.sleepers()).toBe(0);
  });

  it('refuses use after disposal, ends what was waited for, and disposes once', async () => {
    let disposals = 0;
    const { guarded } = guard({ submit: never }, { [Symbol.asyncDispose]: async () => void (disposals += 1) });
    const ended = guarded.jobs.submit(spec, { key, fence: 1 }).catch((error: unknown) => error);
    await Promise.all([guarded[Symbol.asyncDispose](), guarded[Symbol.asyncDispose]()]);
    expect(await ended).toMatchObject({ code: 'aborted' });
    await expect(guarded.probe()).rejects.toMatchObject({ code: 'contract', message: expect.stringContaining('disposed') });
    expect(disposals).toBe(1);
  });

  it('wraps what is not a DestinoError and stamps what is', async () => {
    const { guarded } = guard({
      cancel: async () => {
        throw new RangeError('odd');
      },
      release: async () => {
        throw new DestinoError('throttled', 'slower', { retryAfterMs: 5 });
      },
    });
    await expect(guarded.jobs.cancel(handle('a'), { graceMs: 0 })).rejects.toMatchObject({ code: 'internal', op: 'jobs.cancel', cause: { name: 'RangeError' } });
    await expect(guarded.jobs.release(handle('a'))).rejects.toMatchObject({ code: 'throttled', op: 'jobs.release', kind: 'toy', retryAfterMs: 5 });
  });

  it('answers every asked handle in order, the unreadable ones as unknown', async () => {
    const asked: Handle[] = [];
    const { guarded } = guard({
      inspect: async (handles) => {
        asked.push(...handles);
        return handles.map(() => running);
      },
    });
    const old = handle('old', { stateVersion: 1, state: { old: '7' } });
    const answers = await guarded.jobs.inspect([handle('new', { stateVersion: 3 }), old, handle('a')]);
    expect(answers).toMatchObject([{ seen: 'unknown', error: { code: 'state-version' } }, { seen: 'yes', handle: { stateVersion: 2, state: { pid: 7 } } }, { seen: 'yes' }]);
    expect(asked.map(({ id }) => id)).toEqual(['old', 'a']);
  });

  it('takes a wrong number of answers for a fault, and an answer out of contract for unknown', async () => {
    await expect(guard({ inspect: async () => [] }).guarded.jobs.inspect([handle('a')])).rejects.toMatchObject({ code: 'contract' });
    const queued: JobInspection = { ...running, state: 'queued' };
    const swapped: JobInspection = { ...running, handle: handle('a') };
    const { guarded } = guard({ inspect: async () => [queued, swapped] });
    expect(await guarded.jobs.inspect([handle('a'), handle('b')])).toMatchObject([
      { seen: 'unknown', error: { code: 'contract', message: expect.stringContaining('without a reason') } },
      { seen: 'unknown', error: { code: 'contract', message: expect.stringContaining("is that of 'a'") } },
    ]);
  });

  it('refuses handles that are too large, of another kind, or not the private shape', async () => {
    const submit = (answer: Handle): Promise<unknown> => guard({ submit: async () => ({ handle: answer }) }).guarded.jobs.submit(spec, { key, fence: 1 });
    await expect(submit(handle('x'.repeat(9000)))).rejects.toMatchObject({ code: 'contract', message: expect.stringContaining('bytes') });
    await expect(submit(handle('a', { kind: 'other' }))).rejects.toMatchObject({ code: 'contract' });
    await expect(submit(handle('a', { state: { pid: 'one' } }))).rejects.toMatchObject({ code: 'contract', details: [{ path: 'pid' }] });
  });

  it('traces op, handle, duration and outcome of every call, and never config or arguments', async () => {
    const { guarded, calls, logged } = guard();
    await guarded.jobs.submit({ ...spec, variables: { PASSWORD: 'planted' } }, { key, fence: 1 });
    await guarded.jobs.cancel(handle('a', { kind: 'other' }), { graceMs: 0 }).catch(() => undefined);
    expect(calls).toMatchObject([{ kind: 'toy', op: 'jobs.submit', outcome: 'ok' }, { op: 'jobs.cancel', handleIds: ['a'], outcome: 'contract' }]);
    expect(logged.join('\n')).not.toContain('planted');
  });
});
