import { describe, expect, it } from 'vitest';
import { jobSpecSchema, newKey, type Handle } from '@destino/core/model';
import type { Jobs } from '@destino/core/driver';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { createTestContext } from '../test-context.ts';
import { joinHooks, type FakeCall } from './call-hooks.ts';
import { createFakeDriver } from './create-fake-driver.ts';
import { createFakeRemote, type FakeRemote } from './create-fake-remote.ts';
import { faultHooks, type FaultHooks, type FaultScriptInput } from './fault-script.ts';

const random = createSeededRandom(21);
const effect = (): { key: string; fence: number } => ({ key: newKey((size) => random.bytes(size)), fence: 3 });
const spec = jobSpecSchema.parse({ name: 'j', command: ['true'], resources: { properties: { fake: { durationMs: 100 } } } });

type Faulty = { jobs: Jobs; remote: FakeRemote; clock: ManualClock; hooks: FaultHooks; calls: FakeCall[] };

function faulty(script: FaultScriptInput): Faulty {
  const clock = createManualClock();
  const remote = createFakeRemote({ nowMs: () => clock.monotonicMs() });
  const hooks = faultHooks(script, createSeededRandom(1));
  const calls: FakeCall[] = [];
  const driver = createFakeDriver({ remote, hooks: joinHooks({ before: (call) => void calls.push(call) }, hooks), host: 'laptop' });
  const { jobs } = driver.open({ target: 'fake' }, createTestContext({ clock }));
  if (jobs === undefined) throw new Error('no jobs');
  return { jobs, remote, clock, hooks, calls };
}

async function submit(jobs: Jobs): Promise<Handle> {
  const answer = await jobs.submit(spec, effect());
  if (!('handle' in answer)) throw new Error('busy');
  return answer.handle;
}

describe('a fault script', () => {
  it('throws before the effect, with the code and wait that it names, on the attempts that it names', async () => {
    const { jobs, remote, hooks } = faulty([{ op: 'jobs.submit', attempts: [1, 2], fault: { do: 'throw', code: 'throttled', retryAfterMs: 700 } }]);
    const options = effect();
    for (const attempt of [1, 2]) {
      await expect(jobs.submit(spec, options), `attempt ${attempt}`).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 700 });
    }
    expect(remote.jobCount).toBe(0);
    await jobs.submit(spec, options);
    expect([remote.jobCount, hooks.hits]).toEqual([1, [2]]);
  });

  it('never answers a call that it hangs, until the call is aborted', async () => {
    const { jobs, remote } = faulty([{ op: 'jobs.submit', fault: { do: 'hang', when: 'after' } }]);
    const controller = new AbortController();
    const call = jobs.submit(spec, { ...effect(), signal: controller.signal });
    const failure = call.catch((error: unknown) => error);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort('tired');
    expect(await failure).toMatchObject({ code: 'aborted', cause: 'tired' });
    expect(remote.jobCount).toBe(1);
  });

  it('delays by the clock, and answers busy or absent', async () => {
    const { jobs, clock } = faulty([
      { op: 'jobs.cancel', fault: { do: 'delay', ms: 50 } },
      { op: 'jobs.submit', attempts: [1], fault: { do: 'busy', retryAfterMs: 9 } },
      { op: 'jobs.inspect', times: 1, fault: { do: 'absent' } },
    ]);
    const options = effect();
    expect(await jobs.submit(spec, options)).toMatchObject({ busy: { code: 'injected' }, retryAfterMs: 9 });
    const answer = await jobs.submit(spec, options);
    if (!('handle' in answer)) throw new Error('busy');
    expect(await jobs.inspect([answer.handle])).toEqual([{ seen: 'absent', conclusive: false, reasons: [] }]);
    expect(await jobs.inspect([answer.handle])).toMatchObject([{ seen: 'yes' }]);
    let cancelled = false;
    const cancelling = jobs.cancel(answer.handle, { graceMs: 0 }).then(() => (cancelled = true));
    await clock.advance(49);
    expect(cancelled).toBe(false);
    await clock.advance(1);
    await cancelling;
  });

  it('breaks a log in the middle', async () => {
    const { jobs } = faulty([{ op: 'jobs.logs.read', attempts: [1], fault: { do: 'throw', when: 'after' } }]);
    const handle = await submit(jobs);
    const read = async (): Promise<void> => {
      for await (const _record of jobs.logs(handle, { follow: false }));
    };
    await expect(read()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(read()).resolves.toBeUndefined();
  });

  it('draws its chances from the seed, the same for the same calls', async () => {
    const outcomes = async (): Promise<string> => {
      const { jobs } = faulty([{ op: 'jobs.*', chance: 0.5, fault: { do: 'throw' } }]);
      let text = '';
      for (let count = 0; count < 30; count += 1) text += await submit(jobs).then(() => '.', () => 'x');
      return text;
    };
    const first = await outcomes();
    expect(first).toMatch(/x.*\./);
    expect(await outcomes()).toBe(first);
  });

  it('tells hooks op, key, attempt, fence, host and handles of each call', async () => {
    const { jobs, calls } = faulty([]);
    const handle = await submit(jobs);
    await jobs.release(handle);
    await jobs.release(handle);
    const key = calls[0]?.key;
    expect(calls).toEqual([
      { op: 'jobs.submit', key, attempt: 1, fence: 3, host: 'laptop' },
      { op: 'jobs.release', key, attempt: 1, host: 'laptop', handleIds: [handle.id] },
      { op: 'jobs.release', key, attempt: 2, host: 'laptop', handleIds: [handle.id] },
    ]);
  });
});
