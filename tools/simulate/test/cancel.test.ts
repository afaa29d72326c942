import { describe, expect, it } from 'vitest';
import { createEngineWorld, keyOf, request, untilPhase, untilState } from './engine-world.ts';

describe('cancelling a job', () => {
  it('starts nothing when nobody has claimed it yet', async () => {
    const world = createEngineWorld();
    const user = world.host('user');
    await user.engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'a' } });
    await user.engine.submit({ name: 'j', request: request() });
    await user.engine.cancel('j', { by: 'ann' });
    const { engine, calls } = await world.started('h');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'cancelled', attempt: 0, reason: { code: 'cancelled', text: 'cancelled before it was started' } });
    expect(calls.filter(({ op }) => op.startsWith('jobs.'))).toEqual([]);
  });

  it('starts nothing when it comes while content is moved', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { faults: [{ op: 'jobs.stage', fault: { do: 'delay', ms: 60_000 } }] });
    await engine.submit({ name: 'j', request: request() });
    await untilPhase(world, 'j', 'staging');
    await world.clock.advance(1000);
    await engine.cancel('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'cancelled' });
    expect(world.remote.jobCount).toBe(0);
  });

  it('starts nothing when the target has had no room so far', async () => {
    const world = createEngineWorld({ slots: 0, queue: 'engine' });
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request() });
    await untilState(world, 'j', 'queued');
    await engine.cancel('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'cancelled' });
    expect(world.remote.jobCount).toBe(0);
  });

  it('takes a job out of the queue of its target', async () => {
    const world = createEngineWorld({ slots: 0 });
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request() });
    await untilState(world, 'j', 'queued');
    await engine.cancel('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'cancelled', reason: { code: 'cancelled', text: 'cancelled on request' } });
    expect(world.remote.truth.startsOf(await keyOf(world, 'j'))).toBe(0);
  });

  it('finds and ends a job whose submission was made and whose answer was lost', async () => {
    const world = createEngineWorld();
    const { engine, calls } = await world.started('h', { faults: [{ op: 'jobs.submit', fault: { do: 'throw', when: 'after' } }] });
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilPhase(world, 'j', 'submitting');
    await engine.cancel('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'cancelled' });
    expect(calls.filter(({ op }) => op === 'jobs.submit')).toHaveLength(1);
    expect(world.remote.truth.effects.filter(({ op }) => op === 'cancelJob')).toMatchObject([{ outcome: 'changed' }]);
  });

  it('never submits again to find out, and ends what shows up later under the key', async () => {
    const world = createEngineWorld({ visibleAfterMs: 120_000 });
    const { engine, calls } = await world.started('h', { faults: [{ op: 'jobs.submit', fault: { do: 'throw', when: 'after' } }] });
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilPhase(world, 'j', 'submitting');
    await engine.cancel('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'cancelled', reason: { text: 'cancelled on request; nothing was found to run' } });
    expect(calls.filter(({ op }) => op === 'jobs.submit')).toHaveLength(1);
    await world.until(async () => world.remote.truth.effects.some(({ op, outcome }) => op === 'cancelJob' && outcome === 'changed'));
  });

  it('gives a running job its grace, and ends it although it ignores the first signal', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless', ignoreTerm: true }) });
    await untilState(world, 'j', 'running');
    await engine.cancel('j', { graceMs: 7000 });
    await world.clock.advance(3000);
    expect(await engine.job('j')).toMatchObject({ state: 'cancelling' });
    const done = await world.atRest(engine, 'j');
    expect(done).toMatchObject({ state: 'cancelled', signal: 'SIGKILL' });
    expect(Date.parse(done.attempts[0]?.endedAt ?? '') - Date.parse(done.attempts[0]?.startedAt ?? '')).toBeGreaterThanOrEqual(7000);
  });

  it('asks again while the job is still seen to run', async () => {
    const world = createEngineWorld();
    const { engine, calls } = await world.started('h', { faults: [{ op: 'jobs.cancel', attempts: [1], fault: { do: 'throw', when: 'before' } }] });
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilState(world, 'j', 'running');
    await engine.cancel('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'cancelled' });
    expect(calls.filter(({ op }) => op === 'jobs.cancel')).toHaveLength(2);
  });

  it('notices the end of a job also where its target never lets it be cancelled', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { faults: [{ op: 'jobs.cancel', fault: { do: 'throw', code: 'forbidden' } }] });
    await engine.submit({ name: 'j', request: request({ durationMs: 60_000 }) });
    await untilState(world, 'j', 'running');
    await engine.cancel('j');
    await world.clock.advance(5000);
    expect(await engine.job('j')).toMatchObject({ state: 'cancelling', waitingFor: [{ code: 'forbidden' }] });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded' });
  });

  it('leaves a job that succeeded before the request arrived as succeeded', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { faults: [{ op: 'jobs.cancel', fault: { do: 'delay', ms: 5000 } }] });
    await engine.submit({ name: 'j', request: request({ durationMs: 4000 }) });
    await untilState(world, 'j', 'running');
    await engine.cancel('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded', exitCode: 0 });
  });

  it('changes nothing on a job whose outputs are being collected, but for its retries', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { faults: [{ op: 'jobs.logs', fault: { do: 'delay', ms: 20_000 } }] });
    await engine.submit({ name: 'good', request: request() });
    await engine.submit({ name: 'bad', request: request({ exitCode: 2 }) });
    await engine.submit({ name: 'preempted', request: request({ cause: 'preempted' }) });
    for (const name of ['good', 'bad', 'preempted']) {
      await untilPhase(world, name, 'ended');
      await engine.cancel(name);
    }
    expect(await world.atRest(engine, 'good')).toMatchObject({ state: 'succeeded' });
    expect(await world.atRest(engine, 'bad')).toMatchObject({ state: 'failed', exitCode: 2 });
    expect(await world.atRest(engine, 'preempted')).toMatchObject({ state: 'cancelled', attempt: 1 });
  });

  it('ends a job between two attempts, and says that one had run', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ cause: 'preempted' }) });
    await untilPhase(world, 'j', 'released');
    await engine.cancel('j');
    const done = await world.atRest(engine, 'j');
    expect(done).toMatchObject({ state: 'cancelled', attempt: 1, reason: { text: 'cancelled before its next attempt' } });
  });

  it('is nothing on a job that has ended', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ exitCode: 1 }) });
    await world.atRest(engine, 'j');
    expect(await engine.cancel('j')).toMatchObject({ state: 'failed' });
    expect((await world.store.named('job', 'j'))?.requests).toEqual({});
  });

  it('reaches a job through another process, within a poll', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilState(world, 'j', 'running');
    await world.clock.advance(3_600_000);
    await world.host('user').engine.cancel('j');
    await world.clock.advance(1000);
    expect(world.remote.truth.effects.filter(({ op }) => op === 'cancelJob')).toMatchObject([{ outcome: 'changed' }]);
  });
});

describe('abandoning a job', () => {
  it('ends it as lost although its target does not answer, and ends what is there when it answers again', async () => {
    const world = createEngineWorld();
    let away = false;
    const { engine } = await world.started('h', { hooks: { before: () => (away ? Promise.reject(new Error('no route')) : undefined) } });
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilState(world, 'j', 'running');
    away = true;
    await world.clock.advance(60_000);
    await engine.abandon('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'lost', reason: { code: 'abandoned' } });
    expect(world.remote.look(await keyOf(world, 'j'))).toMatchObject({ state: 'running' });
    away = false;
    await world.until(async () => world.remote.truth.effects.some(({ op, outcome }) => op === 'cancelJob' && outcome === 'changed'));
    await world.until(async () => world.remote.truth.effects.some(({ op, outcome }) => op === 'releaseJob' && outcome === 'removed'));
  });

  it('ends a submission of unknown outcome, and what appears under its key later', async () => {
    const world = createEngineWorld({ visibleAfterMs: 300_000 });
    const { engine } = await world.started('h', { faults: [{ op: 'jobs.submit', fault: { do: 'throw', when: 'after' } }] });
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilPhase(world, 'j', 'submitting');
    await engine.abandon('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'lost' });
    await world.until(async () => world.remote.truth.effects.some(({ op, outcome }) => op === 'cancelJob' && outcome === 'changed'));
  });

  it('stops watching the key after a day', async () => {
    const world = createEngineWorld();
    const { engine, calls } = await world.started('h', { policy: { pokeEveryMs: 60_000, claimEveryMs: 60_000, sessionRenewMs: 60_000, sessionLifetimeMs: 600_000 } });
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilState(world, 'j', 'running');
    await engine.abandon('j');
    const key = await keyOf(world, 'j');
    await world.until(async () => (await world.store.named('watch', key))?.active === false);
    expect(world.clock.monotonicMs()).toBeGreaterThanOrEqual(24 * 3_600_000);
    expect(calls.filter(({ op }) => op === 'jobs.find').length).toBeLessThan(200);
  });
});
