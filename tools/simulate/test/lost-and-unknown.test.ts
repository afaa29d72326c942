import { describe, expect, it } from 'vitest';
import { DestinoError } from '@destino/core/errors';
import { createEngineWorld, keyOf, request, untilPhase, untilState, type EngineWorld } from './engine-world.ts';

type Switch = { error: DestinoError | undefined };

/** A target that answers with an error while the switch holds one. */
function switched(only?: string): { state: Switch; hooks: { before: (call: { op: string }) => void } } {
  const state: Switch = { error: undefined };
  return {
    state,
    hooks: {
      before: ({ op }) => {
        if (state.error !== undefined && (only === undefined || op === only)) throw state.error;
      },
    },
  };
}

const away = (): DestinoError => new DestinoError('unavailable', 'no route to a');
const expired = (): DestinoError => new DestinoError('unauthenticated', 'the sign-in has expired', { hint: 'sign in again: az login' });
const quiet = { pokeEveryMs: 30_000, claimEveryMs: 30_000, sessionRenewMs: 30_000, sessionLifetimeMs: 600_000 };

async function verdictOf(world: EngineWorld, number: number): Promise<unknown> {
  return (await world.store.attemptsByKey([await keyOf(world, 'j', number)]))[0]?.verdict;
}

describe('a job that its target does not show', () => {
  it('is lost at once where the target is certain, and is tried again', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 60_000 }) });
    await untilState(world, 'j', 'running');
    world.remote.erase(await keyOf(world, 'j'), { conclusive: true, reason: 'the machine was restarted' });
    await untilPhase(world, 'j', 'released');
    expect(await verdictOf(world, 1)).toMatchObject({ state: 'lost', cause: 'lost', conclusive: true, reason: { text: 'the machine was restarted' } });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 2 });
  });

  it('is lost only after several looks over a while where it is not, is asked to end first, and is never tried again', async () => {
    const world = createEngineWorld();
    const { engine, calls } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 600_000 }) });
    await untilState(world, 'j', 'running');
    const sinceMs = world.clock.monotonicMs();
    world.remote.erase(await keyOf(world, 'j'), { conclusive: false, reason: 'purged' });
    await world.until(async () => (await engine.job('j'))?.waitingFor[0]?.code === 'absent');
    const done = await world.atRest(engine, 'j');
    expect(done).toMatchObject({ state: 'lost', attempt: 1 });
    expect(world.clock.monotonicMs() - sinceMs).toBeGreaterThanOrEqual(60_000);
    const ops = calls.map(({ op }) => op);
    expect(ops.slice(ops.indexOf('jobs.cancel'))).toEqual(expect.arrayContaining(['jobs.cancel', 'jobs.release']));
  });

  it('is waited for as long as its kind may hide what was just made', async () => {
    const world = createEngineWorld({ visibleAfterMs: 240_000 });
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 400_000 }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  it('is forgotten to have been absent once it is seen again', async () => {
    const world = createEngineWorld();
    let hidden = false;
    const { engine } = await world.started('h', { hooks: { before: ({ op }) => (op === 'jobs.inspect' && hidden ? { absent: true } : undefined) } });
    await engine.submit({ name: 'j', request: request({ durationMs: 300_000 }) });
    await untilState(world, 'j', 'running');
    for (let round = 0; round < 3; round += 1) {
      hidden = true;
      await world.clock.advance(45_000);
      hidden = false;
      await world.clock.advance(45_000);
    }
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 1 });
  });
});

describe('a target that does not answer', () => {
  it('never costs a job its state, however long it lasts', async () => {
    const world = createEngineWorld();
    const { state, hooks } = switched();
    const { engine } = await world.started('h', { hooks, policy: quiet });
    await engine.submit({ name: 'j', request: request({ durationMs: 60_000 }) });
    await untilState(world, 'j', 'running');
    state.error = away();
    await world.clock.advance(12 * 3_600_000);
    expect(await engine.job('j')).toMatchObject({ state: 'running', attempt: 1 });
    state.error = undefined;
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  it.each([
    ['the policy\'s hour', undefined, undefined, 3_600_000],
    ['the target\'s own limit', 600_000, undefined, 600_000],
    ['the job\'s own limit', 600_000, 120_000, 120_000],
  ])('is a reason with the command that gives the job up after %s', async (_, target, job, limitMs) => {
    const world = createEngineWorld();
    const { state, hooks } = switched();
    const { engine } = await world.started('h', { hooks, policy: quiet });
    await engine.targets.put({ name: 'c', kind: 'fake', config: { target: 'c' }, ...(target !== undefined && { unreachableAfterMs: target }) });
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }, { targets: ['c'], ...(job !== undefined && { unreachableAfterMs: job }) }) });
    await untilState(world, 'j', 'running');
    state.error = away();
    await world.clock.advance(limitMs - 40_000);
    expect((await engine.job('j'))?.waitingFor).toMatchObject([{ code: 'unavailable' }]);
    await world.clock.advance(80_000);
    expect((await engine.job('j'))?.waitingFor).toMatchObject([{ code: 'unreachable', fix: 'give it up by your word: destino job abandon j' }]);
  });

  it('is the same reason while nobody knows whether the job was submitted', async () => {
    const world = createEngineWorld();
    const { state, hooks } = switched();
    const { engine } = await world.started('h', { hooks: { before: hooks.before, after: ({ op }) => void (op === 'jobs.submit' && (state.error = away())) }, policy: quiet });
    await engine.submit({ name: 'j', request: request() });
    await untilPhase(world, 'j', 'live');
    const world2 = createEngineWorld();
    const second = switched();
    const host = await world2.started('h', { hooks: { ...second.hooks, after: ({ op }) => (op === 'jobs.submit' ? Promise.reject((second.state.error = away())) : undefined) }, policy: quiet });
    await host.engine.submit({ name: 'j', request: request({ durationMs: 1000 }) });
    await untilPhase(world2, 'j', 'submitting');
    await world2.clock.advance(4_500_000);
    expect((await host.engine.job('j'))?.waitingFor).toMatchObject([{ code: 'unreachable', fix: 'give it up by your word: destino job abandon j' }]);
    second.state.error = undefined;
    expect(await world2.atRest(host.engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 1 });
  });

  it.each(['jobs.stage', 'jobs.submit', 'jobs.inspect', 'jobs.logs', 'jobs.outputs'])('needs the user where %s finds the sign-in expired, says how, and goes on after it', async (op) => {
    const world = createEngineWorld();
    const { state, hooks } = switched(op);
    const { engine } = await world.started('h', { hooks, policy: quiet });
    state.error = expired();
    await engine.submit({ name: 'j', request: request({ durationMs: 1000, log: [{ text: 'l' }], outputs: [{ path: 'o', text: 'o' }] }) });
    await world.clock.advance(3 * 3_600_000);
    expect((await engine.job('j'))?.waitingFor).toMatchObject([{ code: 'needs-you', fix: 'sign in again: az login' }]);
    state.error = undefined;
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 1, outputs: [{ path: 'o' }] });
  });

  it('holds up its own jobs only', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { hooks: { before: (call) => (call.op === 'jobs.stage' && hung.has(call.key ?? '') ? new Promise<never>(() => undefined) : undefined) }, policy: { maxPasses: 2 } });
    const hung = new Set<string>();
    for (let index = 0; index < 6; index += 1) {
      const { job } = await engine.submit({ name: `h${index}`, request: request({}, { targets: ['a'] }) });
      hung.add(job.id);
    }
    await engine.submit({ name: 'j', request: request({}, { targets: ['b'] }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded' });
  });
});

describe('a submission whose answer is lost', () => {
  it.each(['remote', 'guarded'] as const)('is found, or made again under the same key, on a target that is %s', async (once) => {
    for (const when of ['before', 'after'] as const) {
      const world = createEngineWorld({ once });
      const { engine } = await world.started('h', { faults: [{ op: 'jobs.submit', attempts: [1], fault: { do: 'throw', when } }] });
      await engine.submit({ name: 'j', request: request({ durationMs: 1000 }) });
      expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded', attempt: 1 });
      expect(world.remote.truth.startsOf(await keyOf(world, 'j'))).toBe(1);
    }
  });

  it('is never made again on a best-effort target that cannot be sure: it is lost, and says where to look', async () => {
    const world = createEngineWorld({ once: 'best-effort', visibleAfterMs: 30_000_000 });
    const { engine, calls } = await world.started('h', { traits: { settleMs: 60_000 }, faults: [{ op: 'jobs.submit', fault: { do: 'throw', when: 'after' } }] });
    await engine.submit({ name: 'j', request: request({ durationMs: 1000 }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'lost', attempt: 1, reason: { code: 'answer-lost' } });
    expect(calls.filter(({ op }) => op === 'jobs.submit')).toHaveLength(1);
  });

  it('is never made again on a best-effort target, however sure it is: the request may still be on its way', async () => {
    const world = createEngineWorld({ once: 'best-effort' });
    const { engine, calls } = await world.started('h', { faults: [{ op: 'jobs.submit', fault: { do: 'throw', when: 'before' } }] });
    await engine.submit({ name: 'j', request: request({ durationMs: 1000 }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'lost', attempt: 1, reason: { code: 'answer-lost' } });
    expect(calls.filter(({ op }) => op === 'jobs.submit')).toHaveLength(1);
    expect(await world.store.named('watch', await keyOf(world, 'j'))).toBeDefined();
  });

  it('is given up, and watched, when the driver is broken for good', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { hooks: { before: ({ op }) => (op === 'jobs.submit' ? Promise.reject(new TypeError('spec.x is undefined')) : undefined) }, policy: quiet });
    await engine.submit({ name: 'j', request: request() });
    const done = await world.atRest(engine, 'j');
    expect(done).toMatchObject({ state: 'failed', attempt: 1, reason: { code: 'internal' } });
    expect(await world.store.named('watch', await keyOf(world, 'j'))).toBeDefined();
  });
});
