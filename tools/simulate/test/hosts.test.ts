import { describe, expect, it } from 'vitest';
import { DestinoError } from '@destino/core/errors';
import type { StateStore } from '@destino/core/store';
import { createEngineWorld, keyOf, request, untilPhase, untilState } from './engine-world.ts';

/** A store that is away while the switch is on. */
function interruptible(store: StateStore, state: { away: boolean }): StateStore {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...call: unknown[]) => {
        if (state.away) throw new DestinoError('unavailable', 'the store is away');
        return await (value as (...call: unknown[]) => Promise<unknown>).apply(target, call);
      };
    },
  });
}

describe('hosts', () => {
  it('hand work over: what one lets go, another has within a poll', async () => {
    const world = createEngineWorld();
    const cli = await world.started('cli');
    const agent = await world.started('agent');
    const { job } = await cli.engine.submit({ name: 'j', request: request({ durationMs: 60_000 }) });
    await untilState(world, 'j', 'running');
    expect(await agent.engine.supervisedElsewhere('j')).toBe(true);
    const handing = cli.engine.handOver();
    await cli.engine[Symbol.asyncDispose]();
    expect(await handing).toEqual([job.id]);
    await world.clock.advance(1000);
    expect(agent.engine.load.supervised).toBe(1);
    expect(await world.atRest(agent.engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  it('let go only after the passes under way, so that nothing is written twice', async () => {
    const world = createEngineWorld();
    const cli = await world.started('cli', { faults: [{ op: 'jobs.submit', fault: { do: 'delay', ms: 30_000 } }] });
    await cli.engine.submit({ name: 'j', request: request() });
    await untilPhase(world, 'j', 'submitting');
    await world.clock.advance(1000);
    let given = false;
    const handing = cli.engine.handOver().finally(() => (given = true));
    await world.clock.advance(10_000);
    expect(given).toBe(false);
    await world.finish(handing);
    expect((await world.store.named('job', 'j'))?.session).toBeUndefined();
    expect((await world.store.sessions()).map(({ host }) => host.hostId)).toEqual(['cli']);
  });

  it.each(['hands over', 'leaves'])('end a long transfer when theirs %s, and another resumes it', async (how) => {
    const world = createEngineWorld();
    const cli = await world.started('cli', { faults: [{ op: 'jobs.stage', fault: { do: 'delay', ms: 3_600_000 } }] });
    await cli.engine.submit({ name: 'j', request: request() });
    await untilPhase(world, 'j', 'staging');
    await world.clock.advance(1000);
    const startMs = world.clock.monotonicMs();
    await (how === 'leaves' ? cli.engine[Symbol.asyncDispose]() : world.finish(cli.engine.handOver()));
    expect(world.clock.monotonicMs() - startMs).toBeLessThan(5000);
    if (how !== 'leaves') await cli.engine[Symbol.asyncDispose]();
    const { engine } = await world.started('agent');
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  it('take over from one that died once its session has ended, not before', async () => {
    const world = createEngineWorld();
    const state = { away: false };
    const first = await world.started('h1', { store: interruptible(world.store, state) });
    await first.engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilState(world, 'j', 'running');
    state.away = true;
    const second = await world.started('h2');
    await world.clock.advance(20_000);
    expect(second.engine.load.supervised).toBe(0);
    await world.clock.advance(15_000);
    expect(second.engine.load.supervised).toBe(1);
    state.away = false;
    await world.clock.advance(10_000);
    expect(await second.engine.job('j')).toMatchObject({ state: 'running' });
    expect((await world.store.named('job', 'j'))?.session).toBe((await world.store.sessions()).find(({ host }) => host.hostId === 'h2')?.id);
  });

  it.each([
    ['the driver', { kinds: ['other'] }, { kinds: ['fake'] }, 'driver:fake/1'],
    ['the secret', { secrets: {} }, { secrets: { token: 'x' } }, 'secret:token'],
  ])('without %s never claim, and why says what is missing', async (_, without, having, missing) => {
    const world = createEngineWorld();
    const user = world.host('user');
    await user.engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'a' } });
    await user.engine.submit({ name: 'j', request: request({}, { spec: { secrets: { TOKEN: { secret: 'token' } } } }) });
    expect((await user.engine.why('j')).explanations[0]).toMatchObject({ constraint: 'unsupervised', reason: expect.stringContaining('no host is running') });
    const poor = world.host('poor', { secrets: { token: 'x' }, ...without });
    await poor.engine.start();
    await world.clock.advance(60_000);
    expect(await user.engine.job('j')).toMatchObject({ state: 'submitted', attempt: 0 });
    expect((await user.engine.why('j')).explanations[0]).toMatchObject({ constraint: 'unsupervised', reason: `no running host offers ${missing}` });
    const rich = world.host('rich', { secrets: { token: 'x' }, ...having });
    await rich.engine.start();
    expect(await world.atRest(rich.engine, 'j')).toMatchObject({ state: 'succeeded' });
  });

  it('leave jobs of a driver whose handles do not travel to the machine where they were submitted', async () => {
    const world = createEngineWorld();
    const here = world.host('cli', { hostId: 'laptop', traits: { reach: 'host' } });
    await here.engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'a' } });
    await here.engine.submit({ name: 'j', request: request({ cause: 'preempted', durationMs: 1000 }, { retry: { preempted: { attempts: 1 } } }) });
    const other = world.host('server', { hostId: 'server', traits: { reach: 'host' } });
    await other.engine.start();
    await world.clock.advance(10_000);
    expect(await other.engine.job('j')).toMatchObject({ attempt: 0 });
    expect((await other.engine.why('j')).explanations[0]).toMatchObject({ reason: 'no running host offers host:laptop' });
    const agent = world.host('agent', { hostId: 'laptop', traits: { reach: 'host' } });
    await agent.engine.start();
    expect(await world.atRest(agent.engine, 'j')).toMatchObject({ state: 'failed', attempt: 2 });
    expect(other.calls).toEqual([]);
  });

  it('pass a job on when its next target needs another host', async () => {
    const world = createEngineWorld();
    const first = await world.started('h1', { kinds: ['fake'] });
    const second = world.host('h2', { kinds: ['other'] });
    await second.engine.targets.put({ name: 'o', kind: 'other', config: { target: 'o' } });
    await second.engine.start();
    const full = { resources: { properties: { fake: { refuse: 'no-capacity' }, other: { durationMs: 1000 } } } };
    await first.engine.submit({ name: 'j', request: request({}, { targets: ['a', 'o'], spec: full }) });
    expect(await world.atRest(first.engine, 'j')).toMatchObject({ state: 'succeeded', target: 'o', attempt: 2 });
    expect(second.calls.map(({ op }) => op)).toContain('jobs.submit');
  });

  it('that slept make no further effect before they have claimed anew', async () => {
    const world = createEngineWorld();
    const state = { away: false };
    const first = await world.started('h1', { store: interruptible(world.store, state) });
    await first.engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilState(world, 'j', 'running');
    const calls = first.calls.length;
    state.away = true;
    await world.clock.advance(29_000);
    expect(first.calls.length).toBeGreaterThan(calls);
    await world.clock.advance(2000);
    const asleep = first.calls.length;
    await world.clock.advance(300_000);
    expect(first.calls).toHaveLength(asleep);
    state.away = false;
    await first.engine.cancel('j');
    expect(await world.atRest(first.engine, 'j')).toMatchObject({ state: 'cancelled', attempt: 1 });
  });

  it('lose nothing to a store that is away for a while', async () => {
    const world = createEngineWorld();
    const state = { away: false };
    const { engine, lines } = await world.started('h', { store: interruptible(world.store, state) });
    for (let index = 0; index < 5; index += 1) await engine.submit({ name: `j${index}`, request: request({ prepareMs: index * 3000, durationMs: 10_000, log: [{ text: 'l\n' }] }) });
    for (let round = 0; round < 4; round += 1) {
      await world.clock.advance(2500);
      state.away = true;
      await world.clock.advance(round * 20_000);
      state.away = false;
    }
    for (let index = 0; index < 5; index += 1) {
      expect(await world.atRest(engine, `j${index}`)).toMatchObject({ state: 'succeeded', attempt: 1 });
      expect(world.remote.truth.startsOf(await keyOf(world, `j${index}`))).toBe(1);
    }
    expect(lines.some(({ event }) => event === 'engine.store-failed')).toBe(true);
  });

  it('end nothing when they are disposed, and give their session up at once', async () => {
    const world = createEngineWorld();
    const { engine, calls } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilState(world, 'j', 'running');
    await engine[Symbol.asyncDispose]();
    expect(await world.store.sessions()).toEqual([]);
    expect(world.remote.look(await keyOf(world, 'j'))).toMatchObject({ state: 'running' });
    expect(calls.some(({ op }) => op === 'jobs.cancel' || op === 'jobs.release')).toBe(false);
    const before = calls.length;
    await world.clock.advance(60_000);
    expect(calls).toHaveLength(before);
    expect(world.clock.sleepers).toBe(0);
  });

  it('can be disposed also while the store is away', async () => {
    const world = createEngineWorld();
    const state = { away: false };
    const { engine, lines } = await world.started('h', { store: interruptible(world.store, state) });
    state.away = true;
    await engine[Symbol.asyncDispose]();
    expect(lines.at(-1)).toMatchObject({ level: 'warn' });
    await world.clock.advance(31_000);
    expect(await world.store.sessions()).toEqual([]);
  });

  it('say of a job whether a living one looks after it', async () => {
    const world = createEngineWorld();
    const state = { away: false };
    const first = await world.started('h1', { store: interruptible(world.store, state) });
    await first.engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await untilState(world, 'j', 'running');
    const user = world.host('user');
    expect(await user.engine.job('j')).toMatchObject({ supervised: true });
    state.away = true;
    await world.clock.advance(60_000);
    expect(await user.engine.job('j')).toMatchObject({ supervised: false });
    expect((await user.engine.jobs()).items).toMatchObject([{ supervised: false }]);
  });
});
