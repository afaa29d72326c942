import { describe, expect, it } from 'vitest';
import type { JobSpec } from '@destino/core/model';
import { createEngineWorld, keyOf, readLog, request, untilPhase, type EngineWorld } from './engine-world.ts';

async function attemptsOf(world: EngineWorld, name: string): Promise<{ target: string; createdMs: number; cause: string | undefined }[]> {
  const record = await world.store.named('job', name);
  return (await world.store.attempts(record?.id ?? '')).map(({ target, createdMs, verdict }) => ({ target, createdMs, cause: verdict?.cause }));
}

describe('retries', () => {
  it.each([
    ['preempted', { cause: 'preempted' }],
    ['lost', { cause: 'node-lost' }],
    ['platform', { cause: 'platform' }],
    ['failed', { exitCode: 1 }],
    ['timeout', { cause: 'timeout' }],
  ] as const)('follow their own rule for the cause %s, with growing pauses, and then end', async (cause, programme) => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request(programme, { retry: { [cause]: { attempts: 2, backoffMs: 5000 } } }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', attempt: 3 });
    const attempts = await attemptsOf(world, 'j');
    expect(attempts.map((attempt) => attempt.cause)).toEqual([cause, cause, cause]);
    const pauses = attempts.slice(1).map(({ createdMs }, index) => createdMs - (attempts[index]?.createdMs ?? 0));
    expect(pauses[0]).toBeGreaterThanOrEqual(5000);
    expect(pauses[1]).toBeGreaterThanOrEqual(10_000);
  });

  it('are made by default for what is the platform\'s fault, never for the user\'s', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    for (const [name, programme] of Object.entries({ preempted: { cause: 'preempted' }, exit: { exitCode: 1 }, oom: { cause: 'oom' }, image: { failsBefore: 'image' }, timeout: { cause: 'timeout' } } as const)) {
      await engine.submit({ name, request: request(programme) });
    }
    await world.clock.advance(120_000);
    expect((await engine.job('preempted'))?.attempt).toBeGreaterThan(2);
    for (const name of ['exit', 'oom', 'image', 'timeout']) expect(await engine.job(name)).toMatchObject({ state: 'failed', attempt: 1 });
  });

  it('end after their number also when they follow at once', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ exitCode: 1, durationMs: 1000 }, { retry: { failed: { attempts: 2, backoffMs: 0 } } }) });
    await world.clock.advance(60_000);
    expect(await engine.job('j')).toMatchObject({ state: 'failed', attempt: 3 });
  });

  it('say what happened and when the next attempt starts', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ cause: 'preempted' }) });
    await untilPhase(world, 'j', 'released');
    expect(await engine.job('j')).toMatchObject({ state: 'queued', waitingFor: [{ code: 'retry-preempted' }] });
    const why = await engine.why('j');
    expect(why.explanations).toMatchObject([{ candidate: 'a (attempt 1)', constraint: 'preempted' }, { constraint: 'retry-preempted' }]);
  });

  it('give each attempt a key and a log of its own', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ exitCode: 1, log: [{ text: 'again\n' }] }, { retry: { failed: { attempts: 1 } } }) });
    await world.atRest(engine, 'j');
    expect(await readLog(engine, 'j')).toEqual({ '1 node-0 stdout': 'again\n', '2 node-0 stdout': 'again\n' });
    expect(await keyOf(world, 'j', 1)).not.toBe(await keyOf(world, 'j', 2));
    expect(await textOfAttempt(world, engine, 2)).toBe('again\n');
  });

  it('give the files of the checkpoint folder back to the next attempt, on whatever target', async () => {
    const world = createEngineWorld();
    const specs: JobSpec[] = [];
    const { engine } = await world.started('h', {
      wrap: (target) => {
        const { jobs } = target;
        if (jobs === undefined) return target;
        return { ...target, jobs: { ...jobs, submit: (spec, options) => (specs.push(spec), jobs.submit(spec, options)) } };
      },
    });
    const outputs = [{ output: 'checkpoint', path: 'epoch/7.pt', text: 'weights' }, { path: 'model.bin', text: 'm' }];
    await engine.submit({ name: 'j', request: request({ cause: 'preempted', outputs }, { retry: { preempted: { attempts: 1 } } }) });
    await world.atRest(engine, 'j');
    expect(specs.map(({ checkpoint }) => checkpoint?.restore === undefined)).toEqual([true, false]);
    const manifest: string[] = [];
    for await (const bytes of engine.output(specs[1]?.checkpoint?.restore ?? '')) manifest.push(Buffer.from(bytes).toString());
    const { entries } = JSON.parse(manifest.join('')) as { entries: { path: string; hash: string }[] };
    expect(entries.map(({ path }) => path)).toEqual(['epoch/7.pt']);
    for await (const bytes of engine.output(entries[0]?.hash ?? '')) expect(Buffer.from(bytes).toString()).toBe('weights');
  });
});

async function textOfAttempt(_: EngineWorld, engine: Parameters<typeof readLog>[0], attempt: number): Promise<string> {
  let text = '';
  for await (const chunk of engine.logs('j', { attempt })) if ('bytes' in chunk) text += Buffer.from(chunk.bytes).toString();
  return text;
}

describe('several targets', () => {
  it('are asked in turn at once when one has no capacity, and from the first again after a pause', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ refuse: 'no-capacity' }, { targets: ['a', 'b'], retry: { noCapacity: { attempts: 1, backoffMs: 60_000 } } }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', attempt: 4, reason: { code: 'no-capacity' } });
    const attempts = await attemptsOf(world, 'j');
    expect(attempts.map(({ target }) => target)).toEqual(['a', 'b', 'a', 'b']);
    const [first, second, third] = attempts.map(({ createdMs }) => createdMs);
    expect((second ?? 0) - (first ?? 0)).toBeLessThan(1000);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(60_000);
  });

  it('leave a refusal behind for why', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ refuse: 'no-capacity' }, { targets: ['a', 'b'], retry: { noCapacity: { attempts: 1, backoffMs: 60_000 } } }) });
    await world.clock.advance(30_000);
    const { explanations } = await engine.why('j');
    expect(explanations).toMatchObject([{ candidate: 'a (attempt 1)', constraint: 'no-capacity' }, { candidate: 'b (attempt 2)', constraint: 'no-capacity' }, { constraint: 'retry-no-capacity' }, { candidate: 'b', constraint: 'preference' }]);
  });

  it('are passed over where the driver says offline that the job cannot run there, and why tells it', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { kinds: ['fake', 'small'], unsupported: { small: { 'jobs.gpu': 'it has no GPU' } } });
    await engine.targets.put({ name: 's', kind: 'small', config: { target: 's' } });
    await engine.submit({ name: 'j', request: request({ durationMs: 5000 }, { targets: ['s', 'a'], spec: { resources: { gpus: 1, properties: { fake: {} } } } }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded', target: 'a', attempt: 1 });
    const { explanations } = await engine.why('j');
    expect(explanations.map(({ candidate, reason }) => ({ candidate, told: reason.includes('it has no GPU') }))).toEqual([{ candidate: 's', told: true }]);
  });

  it('are left for the next one by quota, and quota everywhere ends the job without waiting', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ refuse: 'quota' }, { targets: ['a', 'b'] }) });
    await engine.submit({ name: 'k', request: request({ refuse: 'quota' }) });
    await world.clock.advance(30_000);
    expect(await engine.job('j')).toMatchObject({ state: 'failed', attempt: 2, reason: { code: 'quota' } });
    expect(await engine.job('k')).toMatchObject({ state: 'failed', attempt: 1, reason: { code: 'quota' } });
  });
});
