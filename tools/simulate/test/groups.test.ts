import { describe, expect, it } from 'vitest';
import type { Group, JobRequestInput } from '@destino/core';
import type { Json } from '@destino/core/model';
import type { ProgrammeInput } from '@destino/driver-testkit';
import { createEngineWorld, request, untilState, type EngineWorld } from './engine-world.ts';

type Steps = Record<string, { after?: string[]; programme?: ProgrammeInput }>;

function group(steps: Steps, options: Partial<Pick<Group, 'maxConcurrent' | 'onFailure'>> = {}): JobRequestInput {
  return { group: { ...options, steps: Object.entries(steps).map(([name, { after = [], programme = {} }]) => ({ name, after, request: request(programme) as Json })) } };
}

async function statesOf(world: EngineWorld): Promise<Record<string, string>> {
  const page = await world.store.list({ type: 'job' });
  return Object.fromEntries(page.items.filter(({ parent }) => parent !== undefined).map(({ name, state }) => [name, state]));
}

describe('a parent', () => {
  it('starts each child after those it waits for, and succeeds with them', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'p', createdBy: 'ann', request: group({ a: { programme: { durationMs: 10_000 } }, b: { after: ['a'], programme: { durationMs: 10_000 } }, c: { after: ['a', 'b'] } }) });
    await world.clock.advance(5000);
    expect(await statesOf(world)).toEqual({ 'p.a': 'running' });
    await world.clock.advance(12_000);
    expect(await statesOf(world)).toEqual({ 'p.a': 'succeeded', 'p.b': 'running' });
    expect(await world.atRest(engine, 'p')).toMatchObject({ state: 'succeeded', kind: 'group' });
    expect(await statesOf(world)).toEqual({ 'p.a': 'succeeded', 'p.b': 'succeeded', 'p.c': 'succeeded' });
    expect(await engine.job('p.c')).toMatchObject({ createdBy: 'ann', parent: (await engine.job('p'))?.id });
  });

  it('keeps to the number that may run at once', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'p', request: group(Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`t${index}`, { programme: { durationMs: 10_000 } }])), { maxConcurrent: 2 }) });
    let most = 0;
    await world.until(async () => {
      const live = Object.values(await statesOf(world)).filter((state) => state !== 'succeeded').length;
      most = Math.max(most, live);
      return (await engine.job('p'))?.state === 'succeeded';
    });
    expect(most).toBe(2);
    expect(Object.keys(await statesOf(world))).toHaveLength(7);
  });

  it('ends the others when a child fails, and says which did not succeed', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'p', request: group({ bad: { programme: { durationMs: 5000, exitCode: 1 } }, long: { programme: { durationMs: 'endless' } }, later: { after: ['bad'] } }) });
    expect(await world.atRest(engine, 'p')).toMatchObject({ state: 'failed', reason: { code: 'child-failed', text: 'these steps did not succeed: bad, long' } });
    expect(await statesOf(world)).toEqual({ 'p.bad': 'failed', 'p.long': 'cancelled' });
  });

  it('lets the others go on when told, but for what waits for the failed one', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'p', request: group({ bad: { programme: { exitCode: 1 } }, good: { programme: { durationMs: 20_000 } }, after: { after: ['bad'] }, next: { after: ['good'] } }, { onFailure: 'continue' }) });
    expect(await world.atRest(engine, 'p')).toMatchObject({ state: 'failed', reason: { code: 'child-failed' } });
    expect(await statesOf(world)).toEqual({ 'p.bad': 'failed', 'p.good': 'succeeded', 'p.next': 'succeeded' });
  });

  it('passes its cancellation on to its children, and starts no more', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'p', request: group({ a: { programme: { durationMs: 'endless' } }, b: { programme: { durationMs: 'endless' } }, c: { after: ['a'] } }) });
    await untilState(world, 'p.b', 'running');
    await engine.cancel('p');
    expect(await world.atRest(engine, 'p')).toMatchObject({ state: 'cancelled' });
    expect(await statesOf(world)).toEqual({ 'p.a': 'cancelled', 'p.b': 'cancelled' });
    expect((await world.store.named('job', 'p.a'))?.requests.cancel).toMatchObject({ by: 'parent p' });
  });

  it('makes no child twice when its host dies anywhere between', async () => {
    for (let cut = 0; cut < 12; cut += 1) {
      const world = createEngineWorld();
      let calls = 0;
      const dying = new Proxy(world.store, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return async (...call: unknown[]) => {
            if (name === 'commit') calls += 1;
            if (calls > cut) return await new Promise<never>(() => undefined);
            return await (value as (...call: unknown[]) => Promise<unknown>).apply(target, call);
          };
        },
      });
      const user = world.host('user');
      await user.engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'a' } });
      await user.engine.submit({ name: 'p', request: group({ a: {}, b: { after: ['a'] } }) });
      await world.host('h1', { store: dying }).engine.start();
      await world.clock.advance(3000);
      const { engine } = await world.started('h2');
      expect(await world.atRest(engine, 'p')).toMatchObject({ state: 'succeeded' });
      expect(Object.values(world.remote.truth.starts())).toEqual([1, 1]);
    }
  });

  it('may have parents among its children', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    const inner = group({ x: {}, y: { after: ['x'] } }) as Json;
    await engine.submit({ name: 'p', request: { group: { steps: [{ name: 'inner', request: inner }, { name: 'last', after: ['inner'], request: request() }] } } });
    expect(await world.atRest(engine, 'p')).toMatchObject({ state: 'succeeded' });
    expect(Object.keys(await statesOf(world))).toEqual(['p.inner', 'p.inner.x', 'p.inner.y', 'p.last']);
  });

  it('fails when the name of a child belongs to another job, and leaves that job alone', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'p.a', request: request({ durationMs: 600_000 }) });
    await engine.submit({ name: 'p', request: group({ a: {}, b: {} }) });
    await world.clock.advance(30_000);
    expect(await engine.job('p')).toMatchObject({ state: 'failed', reason: { code: 'child-failed' } });
    expect(await engine.job('p.a')).toMatchObject({ state: 'running' });
  });
});

describe('submitting a parent', () => {
  it('is refused with every problem at once: broken requests, unknown and repeated steps, circles, targets that cannot', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    const steps = [
      { name: 'x', request: { targets: 5 } },
      { name: 'y', after: ['nowhere'], request: request() as Json },
      { name: 'y', request: request() as Json },
      { name: 'u', after: ['v'], request: request() as Json },
      { name: 'v', after: ['u'], request: request() as Json },
      { name: 'w', request: request({}, { targets: ['elsewhere'] }) as Json },
    ];
    const refused = engine.submit({ name: 'p', request: { group: { steps } } });
    await expect(refused).rejects.toMatchObject({ code: 'config-invalid' });
    const details = await refused.catch((error: unknown) => (error as { details: { path: string }[] }).details);
    const paths = (details as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['steps.x.request.targets', 'steps.y.after', 'steps.y', 'steps.u.after', 'steps.w']));
    expect((await engine.jobs()).items).toEqual([]);
  });
});
