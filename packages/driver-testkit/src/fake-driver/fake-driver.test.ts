import { describe, expect, it } from 'vitest';
import { jobSpecSchema, newKey, type Handle, type JobSpec, type LogRecord } from '@destino/core/model';
import type { ComputeTarget, Jobs } from '@destino/core/driver';
import { createManualClock, type ManualClock } from '../manual-clock.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { createTestContext } from '../test-context.ts';
import { createFakeDriver, type FakeDriverOptions } from './create-fake-driver.ts';
import { createFakeRemote, type FakeRemote } from './create-fake-remote.ts';
import { faultHooks } from './fault-script.ts';
import type { ProgrammeInput } from './programme.ts';
import type { RemoteSettingsInput } from './remote/settings.ts';

const random = createSeededRandom(7);
const makeKey = (): string => newKey((size) => random.bytes(size));

type World = { clock: ManualClock; remote: FakeRemote; open(options?: Partial<FakeDriverOptions>): ComputeTarget; jobs: Jobs };

function world(settings: RemoteSettingsInput = {}): World {
  const clock = createManualClock();
  const remote = createFakeRemote({ nowMs: () => clock.monotonicMs(), ...settings });
  const open = (options: Partial<FakeDriverOptions> = {}): ComputeTarget => createFakeDriver({ remote, ...options }).open({ target: 'fake' }, createTestContext({ clock, secrets: { token: 'hunter2' } }));
  const { jobs } = open();
  if (jobs === undefined) throw new Error('no jobs facet');
  return { clock, remote, open, jobs };
}

function job(fake: ProgrammeInput, nodes = 1): JobSpec {
  return jobSpecSchema.parse({ name: 'j', command: ['true'], resources: { nodes, properties: { fake } } });
}

async function submit(jobs: Jobs, spec: JobSpec, key = makeKey()): Promise<Handle> {
  const answer = await jobs.submit(spec, { key, fence: 1 });
  if (!('handle' in answer)) throw new Error(`busy: ${answer.busy.text}`);
  return answer.handle;
}

async function state(jobs: Jobs, handle: Handle): Promise<string> {
  const [view] = await jobs.inspect([handle]);
  return view?.seen === 'yes' ? view.state : `${view?.seen}`;
}

async function collect(records: AsyncIterable<LogRecord>): Promise<string> {
  let text = '';
  for await (const record of records) text += 'gap' in record ? `<gap ${record.gap.bytes}>` : Buffer.from(record.bytes).toString();
  return text;
}

describe('the fake driver', () => {
  it('takes a job through its states as time goes by, and keeps no timer', async () => {
    const { clock, jobs } = world();
    const handle = await submit(jobs, job({ prepareMs: 10, durationMs: 100, finalizeMs: 5, exitCode: 3 }));
    const states: string[] = [];
    for (const ms of [0, 10, 99, 1, 5]) {
      await clock.advance(ms);
      states.push(await state(jobs, handle));
    }
    expect(states).toEqual(['preparing', 'running', 'running', 'finalizing', 'failed']);
    expect(clock.sleepers).toBe(0);
  });

  it('queues first come, first served, and counts each start once', async () => {
    const { clock, remote, jobs } = world({ slots: 1 });
    const keys = [makeKey(), makeKey(), makeKey()];
    const handles = [];
    for (const key of keys) handles.push(await submit(jobs, job({ durationMs: 10 }), key));
    const [, , third] = await jobs.inspect(handles);
    expect(third).toMatchObject({ state: 'queued', reasons: [{ code: 'no-slot' }] });
    await clock.advance(25);
    expect(await Promise.all(handles.map((handle) => state(jobs, handle)))).toEqual(['succeeded', 'succeeded', 'running']);
    expect(keys.map((key) => remote.truth.startsOf(key))).toEqual([1, 1, 1]);
  });

  it('answers the same handle for a second submission where the API refuses it', async () => {
    const { remote, jobs } = world({ once: 'remote' });
    const key = makeKey();
    expect(await submit(jobs, job({}), key)).toEqual(await submit(jobs, job({}), key));
    expect(remote.truth.startsOf(key)).toBe(1);
  });

  it('lets only the holder of the claim run when two submit at once with guarded creation', async () => {
    const { clock, remote, open } = world({ once: 'guarded' });
    const key = makeKey();
    const [first, second] = [open({ host: 'a' }).jobs, open({ host: 'b' }).jobs];
    if (first === undefined || second === undefined) throw new Error('no jobs');
    const handles = await Promise.all([submit(first, job({ prepareMs: 5, durationMs: 9 }), key), submit(second, job({ prepareMs: 5, durationMs: 9 }), key)]);
    expect(remote.truth.effects.filter((effect) => effect.outcome === 'made')).toHaveLength(2);
    await clock.advance(20);
    expect(remote.truth.startsOf(key)).toBe(1);
    expect(remote.truth.effects.filter((effect) => effect.outcome === 'claim-lost')).toHaveLength(1);
    expect(await Promise.all(handles.map((handle) => state(first, handle)))).toEqual(['succeeded', 'succeeded']);
  });

  it('really runs a best-effort job twice', async () => {
    const { remote, jobs } = world({ once: 'best-effort' });
    const key = makeKey();
    await submit(jobs, job({}), key);
    await submit(jobs, job({}), key);
    expect(remote.truth.startsOf(key)).toBe(2);
  });

  it('never begins what was cancelled while it waited, also when a stalled submission lands later', async () => {
    const { clock, remote, jobs } = world({ once: 'guarded', slots: 0 });
    const key = makeKey();
    const handle = await submit(jobs, job({ durationMs: 5 }), key);
    await jobs.cancel(handle, { graceMs: 0 });
    remote.createJob({ key, target: 'fake', spec: job({}), secrets: {}, owner: { workspace: 'test', incarnation: 'incarnation-1' }, host: 'late', fence: 1 });
    remote.setSlots(2);
    await clock.advance(100);
    expect(remote.truth.startsOf(key)).toBe(0);
    expect(await state(jobs, handle)).toBe('cancelled');
  });

  it('ends what ignores SIGTERM by SIGKILL after the grace period', async () => {
    const { clock, jobs } = world();
    const handle = await submit(jobs, job({ durationMs: 'endless', ignoreTerm: true }));
    await clock.advance(5);
    await jobs.cancel(handle, { graceMs: 50 });
    await clock.advance(49);
    expect(await state(jobs, handle)).toBe('cancelling');
    await clock.advance(1);
    expect((await jobs.inspect([handle]))[0]).toMatchObject({ state: 'cancelled', exits: [{ signal: 'SIGKILL', cause: 'cancelled' }] });
  });

  it('ends the other nodes when the first one fails', async () => {
    const { clock, jobs } = world();
    const spec = job({ durationMs: 1000, nodes: [{ node: 1, durationMs: 10, exitCode: 4 }] }, 3);
    const handle = await submit(jobs, spec);
    await clock.advance(10);
    expect((await jobs.inspect([handle]))[0]).toMatchObject({ state: 'failed', exits: [{ signal: 'SIGTERM' }, { code: 4 }, { signal: 'SIGTERM' }] });
  });

  it('writes its log over time and ends a follower after the last byte', async () => {
    const { clock, remote, jobs } = world();
    const key = makeKey();
    const handle = await submit(jobs, job({ durationMs: 5000, log: [{ text: 'line {i}\n', repeat: 5, everyMs: 1000 }] }), key);
    const followed = collect(jobs.logs(handle, { follow: true }));
    await clock.advance(10_000);
    expect(await followed).toBe('line 0\nline 1\nline 2\nline 3\nline 4\n');
    expect(Buffer.from(remote.producedLog(key)['node-0'] ?? []).toString()).toBe(await followed);
  });

  it('tells bytes that left the window as a gap', async () => {
    const { clock, jobs } = world({ logs: 'gaps', logWindowBytes: 14 });
    const handle = await submit(jobs, job({ log: [{ text: 'line {i}\n', repeat: 5 }] }));
    await clock.advance(1);
    expect(await collect(jobs.logs(handle, { follow: false }))).toBe('<gap 21>line 3\nline 4\n');
  });

  it('hides what was made for as long as it is told, and forgets what ended', async () => {
    const { clock, remote, jobs } = world({ visibleAfterMs: 50, forgetAfterMs: 100, tombstones: false });
    const key = makeKey();
    const handle = await submit(jobs, job({ durationMs: 60 }), key);
    expect((await jobs.inspect([handle]))[0]).toMatchObject({ seen: 'absent', conclusive: false });
    expect(await jobs.find(key)).toEqual({ found: false, conclusive: false });
    expect(remote.look(key)).toMatchObject({ state: 'running' });
    await clock.advance(50);
    expect(await state(jobs, handle)).toBe('running');
    await clock.advance(110);
    expect((await jobs.inspect([handle]))[0]).toMatchObject({ seen: 'absent', conclusive: false });
  });

  it('loses an answer after the effect, and answers a state of the past, where the script says so', async () => {
    const { clock, remote, open } = world();
    const key = makeKey();
    const { jobs } = open({
      hooks: faultHooks([
        { op: 'jobs.submit', attempts: [1], fault: { do: 'throw', when: 'after' } },
        { op: 'jobs.inspect', attempts: [2], fault: { do: 'stale', ms: 20 } },
      ]),
    });
    if (jobs === undefined) throw new Error('no jobs');
    await expect(submit(jobs, job({ durationMs: 10 }), key)).rejects.toMatchObject({ code: 'unavailable' });
    const found = await jobs.find(key);
    if (!found.found) throw new Error('not found');
    await clock.advance(25);
    expect(await state(jobs, found.handle)).toBe('succeeded');
    expect(await state(jobs, found.handle)).toBe('running');
    expect(remote.truth.startsOf(key)).toBe(1);
  });

  it('keeps ten thousand jobs without a sleeper', async () => {
    const { clock, remote, jobs } = world({ slots: 100 });
    const spec = job({ durationMs: 10 });
    const handles: Handle[] = [];
    for (let index = 0; index < 10_000; index += 1) handles.push(await submit(jobs, spec));
    await clock.advance(1_000);
    const views = await jobs.inspect(handles);
    expect(views.every((view) => view.seen === 'yes' && view.state === 'succeeded')).toBe(true);
    expect(Object.values(remote.truth.starts()).reduce((sum, count) => sum + count, 0)).toBe(10_000);
    expect(clock.sleepers).toBe(0);
  });
});
