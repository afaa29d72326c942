import { describe, expect, it } from 'vitest';
import { createEngineWorld, keyOf, readLog, request } from './engine-world.ts';

describe('the life of a job', () => {
  it('goes from submit to succeeded with each state, event and attempt in its order', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    const { job, created } = await engine.submit({ name: 'j', request: request({ prepareMs: 5000, durationMs: 20_000, finalizeMs: 5000, log: [{ text: 'hello\n' }] }), createdBy: 'ann' });
    expect({ created, state: job.state, createdBy: job.createdBy, supervised: job.supervised }).toEqual({ created: true, state: 'submitted', createdBy: 'ann', supervised: true });
    const done = await world.finish(engine.wait('j'));
    expect(done).toMatchObject({ state: 'succeeded', exitCode: 0, attempt: 1, target: 'a', rawState: 'Completed', waitingFor: [] });
    expect(Date.parse(done.startedAt ?? '')).toBeLessThan(Date.parse(done.finishedAt ?? ''));
    expect(done.attempts).toMatchObject([{ number: 1, target: 'a', state: 'succeeded', rawState: 'Completed', exits: [{ node: 0, cause: 'exit', code: 0 }] }]);
    await world.atRest(engine, 'j');
    const events = await world.store.events(job.id);
    const told = events.map(({ type, data }) => (type === 'state' ? (data as { to: string }).to : type));
    expect(told).toEqual(['created', 'attempt', 'preparing', 'submitted', 'preparing', 'running', 'finalizing', 'attempt-ended', 'finished', 'succeeded']);
    expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
    expect(await readLog(engine, 'j')).toEqual({ '1 node-0 stdout': 'hello\n' });
    expect(world.remote.truth.startsOf(await keyOf(world, 'j'))).toBe(1);
  });

  it('stores the attempt with its key before the driver is called', async () => {
    const world = createEngineWorld();
    const seen: (string | undefined)[] = [];
    const hooks = {
      before: async (call: { op: string; key?: string }) => {
        if (call.op !== 'jobs.stage' && call.op !== 'jobs.submit') return;
        seen.push((await world.store.attemptsByKey([call.key ?? '']))[0]?.phase);
      },
    };
    const { engine } = await world.started('h', { hooks });
    await engine.submit({ name: 'j', request: request() });
    await world.atRest(engine, 'j');
    expect(seen).toEqual(['staging', 'submitting']);
  });

  it('releases what it held on the target, after its users were told of the end', async () => {
    const world = createEngineWorld();
    let atRelease: string | undefined;
    const hooks = { before: async (call: { op: string }) => void (call.op === 'jobs.release' && (atRelease = (await world.store.named('job', 'j'))?.state)) };
    const { engine } = await world.started('h', { hooks });
    await engine.submit({ name: 'j', request: request() });
    await world.atRest(engine, 'j');
    expect(atRelease).toBe('succeeded');
    expect(world.remote.look(await keyOf(world, 'j'))).toMatchObject({ seen: 'absent' });
  });

  it.each([
    ['a non-zero exit', { exitCode: 3 }, { exitCode: 3, reason: { code: 'exit', text: 'the command ended with exit code 3' } }],
    ['a signal', { signal: 'SIGSEGV' }, { signal: 'SIGSEGV', reason: { code: 'signal' } }],
    ['too little memory', { cause: 'oom', exitCode: 137 }, { exitCode: 137, reason: { code: 'oom', text: 'the command needed more memory than there is' } }],
    ['an image that cannot be had', { failsBefore: 'image', message: 'no such tag' }, { reason: { code: 'image', text: 'no such tag' } }],
    ['a failing set-up', { failsBefore: 'setup' }, { reason: { code: 'setup' } }],
    ['a refusal by the platform', { refuse: 'rejected' }, { reason: { code: 'rejected' } }],
    ['a missing permission', { refuse: 'forbidden' }, { reason: { code: 'forbidden' } }],
  ] as const)('fails once, with the reason, after %s', async (_, programme, expected) => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request(programme) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', attempt: 1, ...expected });
  });

  it('names the node that failed first in what many nodes say', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    const fake = { durationMs: 60_000, nodes: [{ node: 1, durationMs: 5000, exitCode: 9 }] };
    await engine.submit({ name: 'j', request: request({}, { spec: { resources: { nodes: 3, properties: { fake } } } }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', exitCode: 9, reason: { code: 'exit', text: 'the command ended with exit code 9 on node 1' } });
    const [attempt] = (await engine.job('j'))?.attempts ?? [];
    expect(attempt?.exits).toHaveLength(3);
  });

  it('shows a waiting job with the target\'s own reason', async () => {
    const world = createEngineWorld({ slots: 1 });
    const { engine } = await world.started('h');
    await engine.submit({ name: 'first', request: request({ durationMs: 60_000 }) });
    await world.clock.advance(1000);
    await engine.submit({ name: 'second', request: request() });
    await world.clock.advance(5000);
    expect(await engine.job('second')).toMatchObject({ state: 'queued', rawState: 'Queued', waitingFor: [{ code: 'no-slot' }] });
    expect((await engine.why('second')).explanations).toMatchObject([{ candidate: 'a', constraint: 'no-slot' }]);
  });

  it('waits as told where the engine admits, and uses up no attempt', async () => {
    const world = createEngineWorld({ slots: 1, queue: 'engine', retryAfterMs: 7000 });
    const { engine } = await world.started('h');
    await engine.submit({ name: 'first', request: request({ durationMs: 60_000 }) });
    await world.clock.advance(1000);
    await engine.submit({ name: 'second', request: request() });
    await world.clock.advance(3000);
    expect(await engine.job('second')).toMatchObject({ state: 'queued', waitingFor: [{ code: 'no-slot' }], attempt: 1 });
    expect(await world.atRest(engine, 'second')).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  it('notices the end of a job that ended while no host ran', async () => {
    const world = createEngineWorld();
    const first = await world.started('h1');
    await first.engine.submit({ name: 'j', request: request({ durationMs: 30_000 }) });
    await world.clock.advance(5000);
    await first.engine[Symbol.asyncDispose]();
    await world.clock.advance(3_600_000);
    const second = await world.started('h2');
    expect(await world.atRest(second.engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(world.remote.truth.startsOf(await keyOf(world, 'j'))).toBe(1);
  });

  it('answers the same job to the same name and content, and refuses other content', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    const first = await engine.submit({ name: 'j', request: request({ durationMs: 1000 }) });
    const again = await engine.submit({ name: 'j', request: request({ durationMs: 1000 }) });
    expect({ created: again.created, id: again.job.id }).toEqual({ created: false, id: first.job.id });
    await expect(engine.submit({ name: 'j', request: request({ durationMs: 2000 }) })).rejects.toMatchObject({ code: 'conflict' });
    await world.atRest(engine, 'j');
    expect((await engine.submit({ name: 'j', request: request({ durationMs: 1000 }) })).job).toMatchObject({ state: 'succeeded', id: first.job.id });
  });

  it('answers a job of that name and content also when its target is gone by now', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request() });
    await world.atRest(engine, 'j');
    await engine.targets.remove('a');
    expect(await engine.submit({ name: 'j', request: request() })).toMatchObject({ created: false, job: { state: 'succeeded' } });
  });

  it('removes a finished job with its log, and no other', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 1000, log: [{ text: 'x' }] }) });
    await expect(engine.remove('j')).rejects.toMatchObject({ code: 'conflict' });
    await world.atRest(engine, 'j');
    expect(await world.blobs.list('logs/')).toHaveLength(1);
    await engine.remove('j');
    expect(await engine.job('j')).toBeUndefined();
    expect(await world.blobs.list('logs/')).toEqual([]);
  });
});
