import { describe, expect, it } from 'vitest';
import { createEngineWorld, request, untilState } from './engine-world.ts';

describe('time-outs', () => {
  it('are left to a target that keeps them, which says why the job ended', async () => {
    const world = createEngineWorld({ timeout: 'target' });
    const { engine, calls } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }, { spec: { timeoutMs: 30_000 } }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', attempt: 1, reason: { code: 'timeout' } });
    expect(calls.filter(({ op }) => op === 'jobs.cancel')).toEqual([]);
  });

  it('are kept by the engine elsewhere: the work itself is ended', async () => {
    const world = createEngineWorld({ timeout: 'engine' });
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }, { spec: { timeoutMs: 30_000 } }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', reason: { code: 'timeout', text: 'ended by its time-out' }, attempts: [{ exits: [{ cause: 'cancelled' }] }] });
  });

  it('count from the time the job runs, not from its place in the queue', async () => {
    const world = createEngineWorld({ timeout: 'engine', slots: 1 });
    const { engine } = await world.started('h');
    await engine.submit({ name: 'first', request: request({ durationMs: 300_000 }) });
    await world.clock.advance(1000);
    await engine.submit({ name: 'second', request: request({ durationMs: 20_000 }, { spec: { timeoutMs: 60_000 } }) });
    expect(await world.atRest(engine, 'second')).toMatchObject({ state: 'succeeded' });
  });

  it('are kept by the engine a while later where the target should have and did not', async () => {
    const world = createEngineWorld({ timeout: 'engine' });
    const { engine } = await world.started('h', { traits: { timeout: 'target' } });
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }, { spec: { timeoutMs: 30_000, graceMs: 5000 } }) });
    await untilState(world, 'j', 'running');
    await world.clock.advance(90_000);
    expect(await engine.job('j')).toMatchObject({ state: 'running' });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', reason: { code: 'timeout' } });
  });

  it('are kept on time although the target asks not to be looked at for an hour', async () => {
    const world = createEngineWorld({ timeout: 'engine' });
    const { engine } = await world.started('h', {
      wrap: (target) => {
        const { jobs } = target;
        if (jobs === undefined) return target;
        return { ...target, jobs: { ...jobs, inspect: async (handles, options) => (await jobs.inspect(handles, options)).map((each) => (each.seen === 'yes' ? { ...each, pollAfterMs: 3_600_000 } : each)) } };
      },
    });
    await engine.submit({ name: 'j', request: request({ prepareMs: 0, durationMs: 'endless' }, { spec: { timeoutMs: 60_000 } }) });
    await untilState(world, 'j', 'running');
    await world.clock.advance(62_000);
    expect(world.remote.truth.effects.filter(({ op }) => op === 'cancelJob')).toMatchObject([{ outcome: 'changed' }]);
  });

  it('give way to the user who cancels meanwhile', async () => {
    const world = createEngineWorld({ timeout: 'engine' });
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless', ignoreTerm: true }, { spec: { timeoutMs: 30_000, graceMs: 60_000 } }) });
    await untilState(world, 'j', 'cancelling');
    await engine.cancel('j');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'cancelled' });
  });
});
