import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { logPosition, type TargetWrapper } from '@destino/core';
import { createFolderBlobStore } from '@destino/core/blob';
import type { Jobs } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { LogRecord, OutputFile } from '@destino/core/model';
import { createEngineWorld, keyOf, readLog, request, textOf, untilPhase, untilState } from './engine-world.ts';

/** Replaces verbs of every opened target. */
function withJobs(change: (jobs: Jobs) => Partial<Jobs>): TargetWrapper {
  return (target) => (target.jobs === undefined ? target : { ...target, jobs: { ...target.jobs, ...change(target.jobs) } });
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the log of a job', () => {
  it('is followed while the job runs, source by source and stream by stream, and ends with the job', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    const log = [{ atMs: 1000, text: 'out {i} of {node}\n', repeat: 3, everyMs: 10_000 }, { atMs: 1000, text: 'err\n', stream: 'stderr' as const, node: 1 }];
    await engine.submit({ name: 'j', request: request({}, { spec: { resources: { nodes: 2, properties: { fake: { durationMs: 40_000, log } } } } }) });
    let ended = false;
    const reading = textOf(engine.logs('j', { follow: true })).finally(() => (ended = true));
    await untilState(world, 'j', 'running');
    await world.clock.advance(15_000);
    const early = await readLog(engine, 'j');
    expect(early['1 node-0 stdout']).toBe('out 0 of 0\nout 1 of 0\n');
    expect(ended).toBe(false);
    expect(await world.finish(reading)).toEqual({
      '1 node-0 stdout': 'out 0 of 0\nout 1 of 0\nout 2 of 0\n',
      '1 node-1 stdout': 'out 0 of 1\nout 1 of 1\nout 2 of 1\n',
      '1 node-1 stderr': 'err\n',
    });
  });

  it('is followed live from a host that does not look after the job, and carried no longer than that', async () => {
    const world = createEngineWorld();
    const owner = await world.started('owner');
    const reader = await world.started('reader');
    await owner.engine.submit({ name: 'j', request: request({ durationMs: 600_000, log: [{ text: 'line {i}\n', repeat: 500, everyMs: 1000 }] }) });
    await untilState(world, 'j', 'running');
    const stop = new AbortController();
    let seen = '';
    const reading = (async () => {
      for await (const chunk of reader.engine.logs('j', { follow: true, signal: stop.signal })) if ('bytes' in chunk) seen += Buffer.from(chunk.bytes).toString();
    })().catch(() => undefined);
    await world.clock.advance(50_000);
    expect(seen.split('\n').length).toBeGreaterThan(40);
    stop.abort();
    await world.clock.advance(30_000);
    await reading;
    const carried = owner.calls.filter(({ op }) => op === 'jobs.logs').length;
    await world.clock.advance(60_000);
    expect(owner.calls.filter(({ op }) => op === 'jobs.logs').length).toBe(carried);
  });

  it('is not carried while nobody follows it and its target keeps it', async () => {
    const world = createEngineWorld();
    const { engine, calls } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 60_000, log: [{ text: 'x' }] }) });
    await untilState(world, 'j', 'running');
    await world.clock.advance(30_000);
    expect(calls.filter(({ op }) => op === 'jobs.logs')).toEqual([]);
  });

  it('is carried in time from a target that forgets, and every loss is told in its place', async () => {
    const world = createEngineWorld({ logs: 'gaps', logWindowBytes: 1000 });
    const { engine } = await world.started('h');
    const text = `${'x'.repeat(49)}\n`;
    await engine.submit({ name: 'slow', request: request({ durationMs: 1_000_000, log: [{ text, repeat: 900, everyMs: 1000 }] }) });
    await engine.submit({ name: 'fast', request: request({ durationMs: 100_000, log: [{ text: 'first\n' }, { atMs: 50_000, text: 'y'.repeat(9000) }] }) });
    await world.atRest(engine, 'slow');
    expect(Object.keys(await readLog(engine, 'slow'))).toEqual(['1 node-0 stdout']);
    expect((await readLog(engine, 'slow'))['1 node-0 stdout']).toHaveLength(45_000);
    const gaps: unknown[] = [];
    for await (const chunk of engine.logs('fast')) gaps.push('gap' in chunk ? { gap: chunk.gap.bytes } : Buffer.from(chunk.bytes).toString().slice(0, 5));
    expect(gaps).toEqual(['first', { gap: 8000 }, 'yyyyy']);
  });

  it('keeps a gap between the bytes before and after it, though all come in one reading', async () => {
    const world = createEngineWorld();
    const records: LogRecord[] = [
      { cursor: '1', source: 's', stream: 'stdout', bytes: bytesOf('before') },
      { cursor: '2', source: 's', gap: { reason: 'lost', bytes: 5 } },
      { cursor: '3', source: 's', stream: 'stdout', bytes: bytesOf('after') },
    ];
    const { engine } = await world.started('h', { wrap: withJobs(() => ({ logs: async function* () { yield* records; } })) });
    await engine.submit({ name: 'j', request: request() });
    await world.atRest(engine, 'j');
    const told: string[] = [];
    for await (const chunk of engine.logs('j')) told.push('gap' in chunk ? 'gap' : Buffer.from(chunk.bytes).toString());
    expect(told).toEqual(['before', 'gap', 'after']);
  });

  it('is whole after another host took over from one that died beyond its last commit', async () => {
    const world = createEngineWorld();
    const log = [{ text: 'line {i}\n', repeat: 60, everyMs: 1000 }];
    let appends = 0;
    let dead = false;
    const forever = (): Promise<never> => new Promise<never>(() => undefined);
    // The first host dies in its second flush: its bytes are in the blob, and no row counts them.
    const store = new Proxy(world.store, { get: (target, name) => (dead ? forever : typeof Reflect.get(target, name) === 'function' ? (Reflect.get(target, name) as () => void).bind(target) : Reflect.get(target, name)) });
    const blobs = { ...world.blobs, append: async (name: string, offset: number, bytes: Uint8Array) => {
      const answer = await world.blobs.append(name, offset, bytes);
      appends += 1;
      if (appends === 2) dead = true;
      return answer;
    } };
    const first = await world.started('h1', { store, blobs });
    await first.engine.submit({ name: 'j', request: request({ durationMs: 70_000, log }) });
    void textOf(first.engine.logs('j', { follow: true })).catch(() => undefined);
    await world.until(async () => dead);
    const second = await world.started('h2');
    await world.atRest(second.engine, 'j');
    const produced = Buffer.from(world.remote.producedLog(await keyOf(world, 'j'))['node-0'] ?? []).toString();
    expect(await readLog(second.engine, 'j')).toEqual({ '1 node-0 stdout': produced });
    expect(await world.blobs.list('logs/')).toHaveLength(2);
  });

  it('goes on from positions without loss or repetition', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h');
    await engine.submit({ name: 'j', request: request({ durationMs: 60_000, log: [{ text: 'abc{i}', repeat: 50, everyMs: 1000 }, { text: 'E', stream: 'stderr', repeat: 50, everyMs: 1000 }] }) });
    await untilState(world, 'j', 'running');
    const positions = new Map<string, number>();
    const texts: Record<string, string> = {};
    const read = async (follow: boolean, most: number): Promise<void> => {
      let count = 0;
      for await (const chunk of engine.logs('j', { follow, from: positions })) {
        if ('gap' in chunk) throw new Error('there is no gap');
        expect(chunk.offsetBytes).toBe(positions.get(logPosition(chunk)) ?? 0);
        texts[chunk.stream] = (texts[chunk.stream] ?? '') + Buffer.from(chunk.bytes).toString();
        positions.set(logPosition(chunk), chunk.offsetBytes + chunk.bytes.length);
        count += 1;
        if (count === most) return;
      }
    };
    await world.finish(read(true, 3));
    await world.finish(read(true, 4));
    await world.atRest(engine, 'j');
    await read(false, 1000);
    expect(texts['stderr']).toBe('E'.repeat(50));
    expect(texts['stdout']).toBe(Array.from({ length: 50 }, (_, index) => `abc${index}`).join(''));
  });

  it('tells as a gap what its target cannot give any more, and the job goes on to its end', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { faults: [{ op: 'jobs.logs', fault: { do: 'throw', code: 'not-found', message: 'purged' } }] });
    await engine.submit({ name: 'j', request: request({ log: [{ text: 'x' }] }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded' });
    expect(await readLog(engine, 'j')).toEqual({ '1 destino': expect.stringContaining('purged') });
  });

  it('never slows the look-out for the end of its job when it cannot be read', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { faults: [{ op: 'jobs.logs', fault: { do: 'throw' } }], policy: { transferTries: 1 } });
    await engine.submit({ name: 'j', request: request({ durationMs: 600_000, log: [{ text: 'x' }] }) });
    const reading = textOf(engine.logs('j', { follow: true }));
    await world.until(async () => world.clock.monotonicMs() > 606_000);
    expect(await engine.job('j')).toMatchObject({ state: 'succeeded' });
    await world.finish(reading);
  });

  it('adopts the files of a target on this machine, and follows them while they grow', async () => {
    const world = createEngineWorld();
    const folder = await mkdtemp(join(tmpdir(), 'destino-log-'));
    try {
      const path = join(folder, 'out.log');
      await writeFile(path, 'first\n');
      const blobs = createFolderBlobStore(join(folder, 'blobs'));
      const wrap = withJobs(() => ({ logFiles: async () => [{ source: 'host', stream: 'stdout', path }] }));
      const { engine } = await world.started('h', { wrap, blobs });
      await engine.submit({ name: 'j', request: request({ durationMs: 30_000 }) });
      await untilState(world, 'j', 'running');
      expect(await readLog(engine, 'j')).toEqual({ '1 host stdout': 'first\n' });
      await writeFile(path, 'first\nsecond\n');
      await world.until(async () => {
        await new Promise<void>((resolve) => setImmediate(resolve));
        return (await world.store.named('job', 'j'))?.active === false;
      });
      expect(await readLog(engine, 'j')).toEqual({ '1 host stdout': 'first\nsecond\n' });
      await expect(rm(path)).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the outputs of a job', () => {
  const files: OutputFile[] = [
    { output: 'default', path: 'small.txt', sizeBytes: 5, kept: 'target', uri: 'az://x/small.txt' },
    { output: 'default', path: 'large.bin', sizeBytes: 5_000_000_000, kept: 'target', uri: 'az://x/large.bin' },
    { output: 'default', path: 'dying.bin', sizeBytes: 50_000_000, kept: 'target' },
    { output: 'default', path: 'here.bin', sizeBytes: 3, kept: 'workspace', hash: 'f'.repeat(64) },
  ];
  const listing = (fetched: string[], fail?: () => DestinoError | undefined): TargetWrapper =>
    withJobs(() => ({
      outputs: async function* () { yield* files; },
      fetchOutput: async function* (_handle, file) {
        const error = fail?.();
        if (error !== undefined) throw error;
        fetched.push(file.path);
        yield bytesOf(`bytes of ${file.path}`);
      },
    }));

  it('are fetched where they are small or would go with their container, and left where they last', async () => {
    const world = createEngineWorld();
    const fetched: string[] = [];
    const { engine } = await world.started('h', { wrap: listing(fetched) });
    await engine.submit({ name: 'j', request: request() });
    const { outputs } = await world.atRest(engine, 'j');
    expect(fetched).toEqual(['small.txt', 'dying.bin']);
    expect(outputs.map(({ path, kept }) => `${path} ${kept}`)).toEqual(['small.txt workspace', 'large.bin target', 'dying.bin workspace', 'here.bin workspace']);
    for await (const bytes of engine.output(outputs[2]?.hash ?? '')) expect(Buffer.from(bytes).toString()).toBe('bytes of dying.bin');
  });

  it('make a job that succeeded failed, with its exit code kept, when they cannot be had', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { wrap: listing([], () => new DestinoError('not-found', 'the disk is gone', { hint: 'use a mount' })) });
    await engine.submit({ name: 'j', request: request() });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', exitCode: 0, attempt: 1, reason: { code: 'outputs', fix: 'use a mount' } });
  });

  it('are tried again while their target has trouble, and the job shows as finalizing', async () => {
    const world = createEngineWorld();
    let failing = true;
    const { engine } = await world.started('h', { wrap: listing([], () => (failing ? new DestinoError('unavailable', 'no route') : undefined)) });
    await engine.submit({ name: 'j', request: request() });
    await untilPhase(world, 'j', 'drained');
    await world.clock.advance(600_000);
    expect(await engine.job('j')).toMatchObject({ state: 'finalizing', waitingFor: [{ code: 'unavailable' }] });
    failing = false;
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'succeeded' });
  });

  it('do not change why a job failed that had failed before', async () => {
    const world = createEngineWorld();
    const { engine } = await world.started('h', { wrap: listing([], () => new DestinoError('not-found', 'the disk is gone')) });
    await engine.submit({ name: 'j', request: request({ exitCode: 4 }) });
    expect(await world.atRest(engine, 'j')).toMatchObject({ state: 'failed', exitCode: 4, reason: { code: 'exit' } });
  });
});

describe('the release of an attempt', () => {
  it('is tried for as long as it takes, and holds nobody up', async () => {
    const world = createEngineWorld();
    let failing = true;
    const { engine, calls } = await world.started('h', { hooks: { before: ({ op }) => (op === 'jobs.release' && failing ? Promise.reject(new DestinoError('unavailable', 'no route')) : undefined) } });
    await engine.submit({ name: 'j', request: request() });
    expect(await world.finish(engine.wait('j'))).toMatchObject({ state: 'succeeded' });
    await world.clock.advance(3_600_000);
    expect(calls.filter(({ op }) => op === 'jobs.release').length).toBeGreaterThan(10);
    failing = false;
    await world.atRest(engine, 'j');
    expect(world.remote.look(await keyOf(world, 'j'))).toMatchObject({ seen: 'absent' });
  });
});
