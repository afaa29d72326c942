import { describe, expect, it } from 'vitest';
import { createEngineWorld, keyOf, request, untilPhase, untilState } from './engine-world.ts';

describe('targets', () => {
  it('keep attempts on the revision they began with, and give new ones the newest', async () => {
    const world = createEngineWorld();
    const opened: string[] = [];
    const { engine } = await world.started('h', { wrap: (target, _driver, name) => (opened.push(name), target) });
    await engine.submit({ name: 'j', request: request({ durationMs: 60_000, cause: 'preempted' }, { retry: { preempted: { attempts: 1 } } }) });
    await untilState(world, 'j', 'running');
    expect(await engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'other' } })).toMatchObject({ revision: 2, config: { target: 'other' } });
    await engine.submit({ name: 'k', request: request({ durationMs: 1000 }) });
    await world.atRest(engine, 'k');
    await world.atRest(engine, 'j');
    const revisions = await Promise.all([1, 2].map(async (number) => (await world.store.attemptsByKey([await keyOf(world, 'j', number)]))[0]?.targetRevision));
    expect(revisions).toEqual([1, 2]);
    expect((await world.store.attemptsByKey([await keyOf(world, 'k')]))[0]?.targetRevision).toBe(2);
  });

  it('stay at their revision when nothing changes', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    expect(await engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'a' } })).toMatchObject({ revision: 1 });
  });

  it('wait for another process that is changing them, also when it died over it', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    const other = await world.store.openSession({ hostId: 'other', bootId: 'boot', role: 'cli', offers: [] }, 5000);
    const record = await world.store.named('target', 'a');
    expect(await world.store.take(other.id, record?.id ?? '')).toBeDefined();
    const putting = engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'b' } });
    await world.clock.advance(6000);
    expect(await putting).toMatchObject({ revision: 2, config: { target: 'b' } });
  });

  it('take the later configuration when two processes create them at once', async () => {
    const world = createEngineWorld();
    const [one, two] = [(await world.started('h')).engine, (await world.started('i')).engine];
    await Promise.all([one, two].map((engine, index) => engine.targets.put({ name: 'new', kind: 'fake', config: { target: `t${index}` } })));
    expect(await one.targets.get('new')).toMatchObject({ revision: 2, config: { target: 't1' } });
  });

  it('refuse another kind, an unknown kind and a wrong configuration, with every problem', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { kinds: ['fake', 'other'] });
    await expect(engine.targets.put({ name: 'a', kind: 'other', config: {} })).rejects.toMatchObject({ code: 'conflict' });
    await expect(engine.targets.put({ name: 'n', kind: 'slurm', config: {} })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(engine.targets.put({ name: 'n', kind: 'fake', config: { target: 3, extra: 1 } })).rejects.toMatchObject({ code: 'config-invalid', details: [{ path: 'target' }, {}] });
  });

  it('are not let go while work is alive on them, and the refusal lists it', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await engine.services.deploy({ name: 's', server: { kind: 'container', port: 80 } }, 'a');
    await untilState(world, 'j', 'running');
    await expect(engine.targets.remove('a')).rejects.toMatchObject({ code: 'conflict', details: ['job j', 'service s'] });
  });

  it('are not let go because many ended jobs hide a living one', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { faults: [{ op: 'jobs.release', fault: { do: 'throw' } }] });
    for (let index = 0; index < 25; index += 1) await engine.submit({ name: `j${index}`, request: request() });
    await engine.submit({ name: 'alive', request: request({ durationMs: 'endless' }) });
    await untilState(world, 'alive', 'running');
    await untilState(world, 'j24', 'succeeded');
    await expect(engine.targets.remove('a')).rejects.toMatchObject({ code: 'conflict', details: ['job alive'] });
  });

  it('once let go hold up no release, and their jobs come to rest', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { faults: [{ op: 'jobs.release', fault: { do: 'throw' } }] });
    await engine.submit({ name: 'j', request: request() });
    await untilPhase(world, 'j', 'collected');
    await engine.targets.remove('a');
    const { engine: next } = world.host('h2');
    await engine[Symbol.asyncDispose]();
    await next.start();
    expect(await world.atRest(next, 'j')).toMatchObject({ state: 'succeeded' });
  });

  it('made again under an old name are used as they are now', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request() });
    await world.atRest(engine, 'j');
    await engine.targets.remove('a');
    await engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'second' } });
    // Only what goes to the second target meets it stopped.
    world.remote.provisionTarget({ owner: { workspace: 'w', incarnation: 'first' }, host: 'h', fence: 1, key: 'k', name: 'second' });
    world.remote.powerTarget({ owner: { workspace: 'w', incarnation: 'first' }, host: 'h', fence: 1, key: 'k', name: 'second', on: false });
    await engine.submit({ name: 'k', request: request({ durationMs: 1000 }) });
    await world.clock.advance(20_000);
    expect(await engine.job('k')).toMatchObject({ state: 'queued', waitingFor: [{ code: 'target-not-ready' }] });
  });

  it('can be changed by a host whose last change lost its answer', async () => {
    const world = createEngineWorld();
    let lose = false;
    const store = new Proxy(world.store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...call: unknown[]) => {
          const answer: unknown = await (value as (...call: unknown[]) => Promise<unknown>).apply(target, call);
          if (lose && name === 'take') {
            lose = false;
            throw new Error('the answer was lost');
          }
          return answer;
        };
      },
    });
    const { engine } = await world.started('h', { store });
    lose = true;
    await expect(engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'x' } })).rejects.toThrow('lost');
    await world.clock.advance(120_000);
    expect(await engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'x' } })).toMatchObject({ revision: 2 });
  });

  it('keep what their probe said, for check', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.targets.probe('a');
    expect((await engine.targets.get('a')).attributes).toMatchObject({ probe: { health: 'healthy', probedAt: expect.stringContaining('2026') } });
  });
});

describe('submit', () => {
  it('refuses with every problem of every target when none can run the job', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { kinds: ['fake', 'small', 'tiny'], unsupported: { small: { 'jobs.gpu': 'small has no GPU' }, tiny: { 'jobs.gpu': 'tiny has no GPU', 'jobs.multi-node': 'tiny is one machine' } } });
    for (const kind of ['small', 'tiny']) await engine.targets.put({ name: kind, kind, config: { target: kind } });
    const refused = engine.submit({ request: request({}, { targets: ['small', 'tiny'], spec: { resources: { gpus: 1, nodes: 2 } } }) });
    await expect(refused).rejects.toMatchObject({ code: 'config-invalid' });
    const details = await refused.catch((error: unknown) => (error as { details: { target: string }[] }).details);
    expect((details as { target: string }[]).map(({ target }) => target)).toEqual(['small', 'tiny', 'tiny']);
    expect((await engine.jobs()).items).toEqual([]);
  });

  it('refuses an unknown target, no target, and neither or both of command and steps', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await expect(engine.submit({ request: request({}, { targets: ['x'] }) })).rejects.toMatchObject({ code: 'not-found' });
    await expect(engine.submit({ request: request({}, { targets: [] }) })).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(engine.submit({ request: { targets: ['a'] } })).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('refuses a malformed request as such, with the paths', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await expect(engine.submit({ request: { spec: { name: '', command: [] }, targets: ['a'] } })).rejects.toMatchObject({ code: 'config-invalid', details: [{ path: 'spec.name' }, { path: 'spec.command' }] });
  });

  it('fails a job, with the reason, whose only target was let go before it began', async () => {
    const world = createEngineWorld();
    const user = world.host('user');
    await user.engine.targets.put({ name: 'a', kind: 'fake', config: { target: 'a' } });
    await user.engine.submit({ name: 'j', request: request() });
    const target = await world.store.named('target', 'a');
    await world.store.remove([target?.id ?? '']);
    const { engine } = world.host('h');
    await engine.start();
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', attempt: 0, reason: { code: 'not-found' } });
  });
});
