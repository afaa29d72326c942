/**
 * What the engine costs on SQLite with the fake driver: one job from submission to its seen end, commits against bare
 * one-row commits on the same disk, 10,000 live jobs with nothing to do, and the restart of their host.
 * Usage: node --conditions=@destino/source tools/bench/engine.ts [--jobs N] [--runs N] [--idle SECONDS] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Engine } from '@destino/core';
import { createFolderBlobStore } from '@destino/core/blob';
import type { Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { createFakeDriver, createFakeRemote, createTestContext, type ProgrammeInput } from '@destino/driver-testkit';
import { openSqliteStore } from '@destino/store-sql';

const { values } = parseArgs({ options: { jobs: { type: 'string', default: '10000' }, runs: { type: 'string', default: '31' }, idle: { type: 'string', default: '35' }, json: { type: 'boolean', default: false } } });
const [jobs, runs, idleSeconds] = [Number(values.jobs), Number(values.runs), Number(values.idle)];
const targets = Array.from({ length: 10 }, (_, index) => `fake-${index}`);
const root = mkdtempSync(path.join(os.tmpdir(), 'destino-bench-engine-'));

// Jobs are looked at the less often the older they are; an hour passes between their start and what is measured.
let passedMs = 0;
const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000_000n) + passedMs;
const clock: Clock = {
  monotonicMs,
  wallMs: () => Date.now() + passedMs,
  sleep: async (ms, options = {}) => {
    try {
      await sleep(ms, undefined, options);
    } catch (error) {
      throw new DestinoError('aborted', 'the sleep was aborted', { cause: error });
    }
  },
};

const opened = await openSqliteStore({ file: path.join(root, 'state.db'), workspace: 'bench', bootId: 'boot', monotonicMs });
let commits = 0;
const store = new Proxy(opened, {
  get: (target, name) => {
    if (name === 'commit') commits += 1;
    const value: unknown = Reflect.get(target, name, target);
    return typeof value === 'function' ? (value.bind(target) as unknown) : value;
  },
});
const remote = createFakeRemote({ nowMs: monotonicMs });
let remoteCalls = 0;

function createEngine(): Engine {
  const context = createTestContext({ clock, owner: { workspace: opened.info.workspace, incarnation: opened.info.incarnation } });
  const driver = createFakeDriver({ remote, followPollMs: 5, hooks: { before: () => void (remoteCalls += 1) } });
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  return new Engine({ store, blobs: createFolderBlobStore(path.join(root, 'blobs')), drivers: [driver], host: { hostId: 'bench', role: 'bench' }, context: () => context, clock, randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)), logger });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function request(target: string, fake: ProgrammeInput) {
  return { spec: { name: 'bench', command: ['run'], resources: { properties: { fake } } }, targets: [target] };
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(2);
}

/** One-row commits that are on the disk before they are answered, a second. */
function bareRate(): number {
  const database = new DatabaseSync(path.join(root, 'bare.db'));
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table if not exists row (id integer primary key, text text)');
  const insert = database.prepare('insert into row (text) values (?)');
  const start = performance.now();
  for (let count = 0; count < 500; count += 1) insert.run('x'.repeat(300));
  const rate = 500_000 / (performance.now() - start);
  database.close();
  return rate;
}

async function throughput(engine: Engine, count: number): Promise<number> {
  const before = commits;
  const ms = await timed(async () => {
    const made = await Promise.all(Array.from({ length: count }, (_, index) => engine.submit({ request: request(targets[index % 10] ?? '', {}) })));
    await Promise.all(made.map(({ job }) => engine.wait(job.name)));
  });
  return ((commits - before) * 1000) / ms;
}

async function measure(): Promise<Record<string, number>> {
  let engine = createEngine();
  for (const target of targets) await engine.targets.put({ name: target, kind: 'fake', config: { target } });
  await engine.start();
  const oneJob: number[] = [];
  const commitsBefore = commits;
  for (let run = 0; run < runs; run += 1) {
    oneJob.push(await timed(async () => engine.wait((await engine.submit({ request: request('fake-0', {}) })).job.name)));
  }
  const commitsPerJob = (commits - commitsBefore) / runs + 1;
  const rates: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    bare.push(bareRate());
    rates.push(await throughput(engine, 200));
  }
  const submitMs = await timed(async () => {
    for (let done = 0; done < jobs; done += 500) await Promise.all(Array.from({ length: Math.min(500, jobs - done) }, (_, index) => engine.submit({ request: request(targets[index % 10] ?? '', { durationMs: 'endless' }) })));
    await until(() => Object.keys(remote.truth.starts()).length >= jobs);
  });
  await sleep(1000);
  await engine[Symbol.asyncDispose]();
  passedMs += 3_600_000;

  engine = createEngine();
  const claimMs = await timed(async () => {
    await engine.start();
    await until(() => engine.load.supervised >= jobs);
  });
  await sleep(8000);
  const cpu = process.cpuUsage();
  const callsBefore = remoteCalls;
  const wallMs = await timed(() => sleep(idleSeconds * 1000));
  const { user, system } = process.cpuUsage(cpu);
  const pages: number[] = [];
  for (let after: string | undefined; ; ) {
    const start = performance.now();
    const page = await engine.jobs({ limit: 100, ...(after !== undefined && { after }) });
    pages.push(performance.now() - start);
    if (page.next === undefined) break;
    after = page.next;
  }
  const result = {
    oneJobMs: median(oneJob),
    commitsPerJob,
    commitsPerSecond: median(rates),
    bareCommitsPerSecond: median(bare),
    submittedPerSecond: (jobs * 1000) / submitMs,
    claimSeconds: claimMs / 1000,
    idleCpuPercent: (user + system) / 10 / wallMs,
    rssMegabytes: process.memoryUsage().rss / 1e6,
    remoteCallsPerSecond: ((remoteCalls - callsBefore) * 1000) / wallMs,
    pageMs: median(pages),
    allPagesMs: pages.reduce((sum, ms) => sum + ms, 0),
  };
  await engine[Symbol.asyncDispose]();
  return result;
}

try {
  const result = await measure();
  const shown = (name: string, digits = 1): string => (result[name] ?? Number.NaN).toFixed(digits);
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(`one job, submitted until its end is seen: ${shown('oneJobMs')} ms (bar 10); its ${shown('commitsPerJob')} transactions alone, as bare commits: ${(((result['commitsPerJob'] ?? 0) * 1000) / (result['bareCommitsPerSecond'] ?? 1)).toFixed(1)} ms`);
    console.log(`commits through the engine: ${shown('commitsPerSecond', 0)}/s; bare one-row commits ${shown('bareCommitsPerSecond', 0)}/s; ratio ${((result['commitsPerSecond'] ?? 0) / (result['bareCommitsPerSecond'] ?? 1)).toFixed(2)}`);
    console.log(`${jobs} live jobs: ${shown('idleCpuPercent')} % of a core (bar 5), ${shown('rssMegabytes', 0)} MB (bar 500), ${shown('remoteCallsPerSecond')} remote calls/s over 10 targets; the fake remote included`);
    console.log(`restart: all ${jobs} claimed and scheduled after ${shown('claimSeconds', 2)} s (bar 5)`);
    console.log(`submitted and running: ${shown('submittedPerSecond', 0)} jobs/s`);
    console.log(`listing: ${shown('pageMs', 2)} ms a page of 100, all pages ${shown('allPagesMs', 0)} ms`);
  }
} finally {
  await opened[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
}
