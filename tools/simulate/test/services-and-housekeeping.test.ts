import { describe, expect, it } from 'vitest';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, type ServiceSpecInput } from '@destino/core/model';
import { createEngineWorld, keyOf, request, type EngineWorld } from './engine-world.ts';

const hour = 3_600_000;
const quiet = { pokeEveryMs: 60_000, claimEveryMs: 60_000, sessionRenewMs: 60_000, sessionLifetimeMs: 600_000 };

function service(fake: Record<string, number> = {}): Omit<ServiceSpecInput, 'revision'> {
  return { name: 's', server: { kind: 'container', port: 80 }, resources: { properties: { fake } } };
}

async function untilService(world: EngineWorld, state: string): Promise<void> {
  await world.until(async () => (await world.store.named('service', 's'))?.state === state, 24 * hour);
}

describe('services', () => {
  it('are deployed, brought to the newest revision, and removed', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    expect(await engine.services.deploy(service({ deployMs: 5000 }), 'a')).toMatchObject({ state: 'deploying', wantedRevision: 1 });
    await untilService(world, 'healthy');
    expect(await engine.services.get('s')).toMatchObject({ revision: 1, copies: { want: 1, ready: 1 } });
    for (let revision = 2; revision <= 4; revision += 1) expect(await engine.services.deploy(service({ updateMs: 3000 }), 'a')).toMatchObject({ wantedRevision: revision });
    await world.clock.advance(60_000);
    expect(await engine.services.get('s')).toMatchObject({ state: 'healthy', revision: 4 });
    const served = world.remote.serviceHistory('s').map(({ revision }) => revision);
    expect(served).toEqual(served.toSorted((a, b) => a - b));
    await engine.services.remove('s');
    await untilService(world, 'gone');
    expect(world.remote.truth.effects.at(-1)).toMatchObject({ op: 'undeployService', outcome: 'removed' });
    expect(await engine.services.deploy(service(), 'a')).toMatchObject({ wantedRevision: 5 });
  });

  it('are deployed once although answers are lost', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { faults: [{ op: 'services.deploy', attempts: [1, 2], fault: { do: 'throw', when: 'after' } }] });
    await engine.services.deploy(service(), 'a');
    await untilService(world, 'healthy');
    expect(world.remote.truth.effects.filter(({ op, outcome }) => op === 'deployService' && outcome === 'made')).toHaveLength(1);
  });

  it('have their content staged before anything is deployed, again where that broke off, a first revision and a later one', async () => {
    const world = createEngineWorld();
    const { engine, calls } = await world.started('h', { faults: [{ op: 'services.stage', attempts: [1], fault: { do: 'throw' } }] });
    await engine.services.deploy(service(), 'a');
    await world.until(async () => (await engine.services.get('s')).waitingFor.length > 0);
    expect(await engine.services.get('s')).toMatchObject({ state: 'deploying' });
    expect(calls.filter(({ op }) => op === 'services.deploy')).toEqual([]);
    await untilService(world, 'healthy');
    await engine.services.deploy(service(), 'a');
    await world.until(async () => (await engine.services.get('s')).revision === 2, hour);
    const changes = calls.filter(({ op }) => ['services.stage', 'services.deploy', 'services.update'].includes(op));
    expect(changes.map(({ op }) => op)).toEqual(['services.stage', 'services.stage', 'services.deploy', 'services.stage', 'services.stage', 'services.update']);
    expect(new Set(changes.slice(0, 3).map(({ key }) => key)).size).toBe(1);
    expect(new Set(changes.map(({ key }) => key)).size).toBe(2);
  });

  it('fail with the reason where their content can never be staged, and keep what stands', async () => {
    const world = createEngineWorld();
    let refused = false;
    const error = new DestinoError('rejected', 'the model is not a file of this world', { retry: 'never' });
    const { engine } = await world.started('h', { hooks: { before: ({ op }) => (op === 'services.stage' && refused ? Promise.reject(error) : undefined) } });
    await engine.services.deploy(service(), 'a');
    await untilService(world, 'healthy');
    refused = true;
    await engine.services.deploy(service(), 'a');
    await untilService(world, 'failed');
    expect((await engine.services.get('s')).reason).toMatchObject({ text: expect.stringContaining('not a file') });
    expect(world.remote.serviceHistory('s').at(-1)).toMatchObject({ revision: 1 });
  });

  it('leave a watch where a removal meets a deployment of unknown outcome', async () => {
    const world = createEngineWorld({ visibleAfterMs: 60_000 });
    const { engine } = await world.started('h', { faults: [{ op: 'services.deploy', fault: { do: 'throw', when: 'after' } }] });
    await engine.services.deploy(service(), 'a');
    await world.clock.advance(1500);
    await engine.services.remove('s');
    await untilService(world, 'gone');
    await world.until(async () => world.remote.truth.effects.some(({ op, outcome }) => op === 'undeployService' && outcome === 'removed'));
  });

  it('tell when their target does not answer, and when it is certain that they are gone', async () => {
    const world = createEngineWorld();
    let error: Error | undefined;
    const { engine } = await world.started('h', { hooks: { before: ({ op }) => (op === 'services.inspect' && error !== undefined ? Promise.reject(error) : undefined) } });
    await engine.services.deploy(service(), 'a');
    await untilService(world, 'healthy');
    error = new Error('no route');
    await world.clock.advance(30_000);
    expect(await engine.services.get('s')).toMatchObject({ waitingFor: [{ text: expect.stringContaining('no route') }] });
    error = undefined;
    world.remote.undeployService({ name: 's', host: 'somebody' });
    await world.until(async () => (await engine.services.get('s')).state === 'failed', hour);
    expect((await engine.services.get('s')).reason).toMatchObject({ code: 'absent' });
  });

  it('refuse what their driver finds wrong, another target, and a name that is just being removed', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { kinds: ['fake', 'small'], unsupported: { small: { 'services.container': 'it runs no containers' } }, faults: [{ op: 'services.undeploy', fault: { do: 'throw' } }] });
    await engine.targets.put({ name: 'small', kind: 'small', config: {} });
    await expect(engine.services.deploy(service(), 'small')).rejects.toMatchObject({ code: 'config-invalid' });
    await engine.services.deploy(service(), 'a');
    await untilService(world, 'healthy');
    await expect(engine.services.deploy(service(), 'b')).rejects.toMatchObject({ code: 'conflict' });
    await engine.services.remove('s');
    await expect(engine.services.deploy(service(), 'a')).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('prune', () => {
  const owner = { workspace: 'w', incarnation: 'first' };
  const foreign = { workspace: 'w', incarnation: 'second' };

  it('lists what is ours, has no row and has been seen for an hour, and removes only when told', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { policy: quiet });
    await engine.submit({ name: 'j', request: request({ durationMs: 'endless' }) });
    await world.clock.advance(60_000);
    const spec = { name: 'x', command: ['run'], resources: { properties: { fake: { durationMs: 'endless' as const } } } };
    const plant = (key: string, whose: typeof owner): void => void world.remote.createJob({ owner: whose, host: 'x', fence: 1, key, target: 'a', spec: jobSpecSchema.parse(spec), secrets: {} });
    plant('o'.repeat(26), owner);
    plant('f'.repeat(26), foreign);
    expect(await engine.prune('a')).toEqual([]);
    await world.clock.advance(hour - 1000);
    expect(await engine.prune('a', { remove: true })).toEqual([]);
    await world.clock.advance(2000);
    expect(await engine.prune('a')).toMatchObject([{ thing: { key: 'o'.repeat(26) }, removed: false }]);
    expect(await engine.prune('a', { remove: true })).toMatchObject([{ thing: { key: 'o'.repeat(26) }, removed: true }]);
    expect(world.remote.look('f'.repeat(26))).toMatchObject({ state: 'running' });
    expect(world.remote.look(await keyOf(world, 'j'))).toMatchObject({ state: 'running' });
    expect(world.remote.look('o'.repeat(26))).toMatchObject({ seen: 'absent' });
  });

  it('says why where nothing can be listed', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { unsupported: { fake: { owned: 'it keeps no marks' } } });
    await expect(engine.prune('a')).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('it keeps no marks') });
  });
});

describe('retention', () => {
  it('removes old jobs with their logs beyond the newest, and content that nothing names; manifests\' content stays', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { policy: quiet });
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const orphan = await world.blobs.put(bytes('nobody names this'));
    const file = await world.blobs.put(bytes('code'));
    const manifest = await world.blobs.put(bytes(JSON.stringify({ entries: [{ path: 'a.py', mode: 420, sizeBytes: 4, hash: file.hash }], version: 1 })));
    await engine.submit({ name: 'old', request: request({ log: [{ text: 'l' }] }) });
    await world.atRest(engine, 'old');
    await world.clock.advance(3 * 24 * hour);
    await engine.submit({ name: 'new', request: request({ durationMs: 1000 }, { spec: { snapshot: manifest.hash } }) });
    const young = await world.blobs.put(bytes('young'));
    await world.clock.advance(10_000);
    const collected = await engine.collectGarbage({ jobsForMs: 24 * hour, keepJobs: 1, contentForMs: 2 * 24 * hour });
    expect(collected).toMatchObject({ jobs: 1, segments: 1, content: 1 });
    expect(await engine.job('old')).toBeUndefined();
    expect(await engine.job('new')).toBeDefined();
    expect(await world.blobs.has([orphan.hash, file.hash, manifest.hash, young.hash])).toEqual([false, true, true, true]);
    expect(await world.blobs.list('logs/')).toEqual([]);
  });

  it('spares content that a submission confirms while the collection is under way', async () => {
    const world = createEngineWorld();
    const { hash } = await world.blobs.put(new TextEncoder().encode('used again'));
    await world.clock.advance(30 * 24 * hour);
    const blobs = { ...world.blobs, delete: async (names: readonly string[], options?: { unusedSinceMs?: number | undefined }) => {
      await world.blobs.has([hash]);
      await world.blobs.delete(names, options);
    } };
    const { engine } = world.host('h', { blobs });
    await engine.collectGarbage();
    expect(await world.blobs.has([hash])).toEqual([true]);
  });

  it('spares young content although this host\'s time of day is years ahead of the blob store\'s', async () => {
    const world = createEngineWorld();
    await world.clock.advance(hour);
    const { hash } = await world.blobs.put(new TextEncoder().encode('just stored'));
    await world.host('h').engine.collectGarbage();
    expect(await world.blobs.has([hash])).toEqual([true]);
  });
});
