/**
 * What the state store costs over the bare database that it stands on, in one run on the same disk: durable commits
 * and creations against one-row commits, and a claim of 10,000 records.
 * Usage: node --conditions=@destino/source tools/bench/store.ts [--runs N] [--json]; PostgreSQL too when DESTINO_TEST_POSTGRES names one.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { Things } from '@destino/core/store-checks';
import type { StateStore } from '@destino/core/store';
import { openPostgresStore, openSqliteStore } from '@destino/store-sql';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '7' }, json: { type: 'boolean', default: false } } });
const runs = Number(values.runs);
const callers = 16;
const text = 'x'.repeat(300);
const things = new Things();

type Measure = { name: string; floor: string; run: () => Promise<number>; floorRun: () => Promise<number> };

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** How often a second `work` happens, `count` times by each of `at` callers. */
async function rate(count: number, at: number, work: (caller: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const caller = async (number: number) => {
    for (let done = 0; done < count; done += 1) await work(number);
  };
  await Promise.all(Array.from({ length: at }, (_, number) => caller(number)));
  return (count * at * 1000) / (performance.now() - began);
}

async function storeWork(store: StateStore) {
  const session = await store.openSession(things.host('driver:local/1'), 86_400_000);
  const owned = await Promise.all(Array.from({ length: callers }, () => things.owned(store, session, `job-${things.key()}`, { spec: { text } })));
  const attempts = owned.map(({ record }) => things.attempt(record.id, 1));
  return {
    /** The hot write: state, document, attempt and an event. */
    async commit(caller: number): Promise<void> {
      const [one, attempt] = [owned[caller], attempts[caller]];
      if (one === undefined || attempt === undefined) throw new Error('no such caller');
      const outcome = await store.commit(one.claim, { record: { state: 'running', doc: { text: 'running' } }, attempt, events: [things.event()] });
      if (!outcome.ok) throw new Error(outcome.why);
    },
    async create(): Promise<void> {
      await store.create(things.job(`new-${things.key()}`, { spec: { text }, needs: ['nobody'] }), things.event('created'));
    },
    async claim10000(): Promise<number> {
      const need = `need:${things.key()}`;
      for (let batch = 0; batch < 10; batch += 1) {
        await Promise.all(Array.from({ length: 1000 }, () => store.create(things.job(`claim-${things.key()}`, { needs: [need] }), things.event('created'))));
      }
      const host = await store.openSession(things.host(need), 86_400_000);
      const began = performance.now();
      const claimed = await store.claim(host.id, 20_000);
      if (claimed.length !== 10_000) throw new Error(`claimed ${claimed.length}`);
      return performance.now() - began;
    },
  };
}

async function sqliteMeasures(folder: string) {
  const bare = new DatabaseSync(path.join(folder, 'bare.db'));
  bare.exec('pragma journal_mode = wal; pragma synchronous = full; create table t (id integer primary key, name text, body text)');
  const insert = bare.prepare('insert into t (name, body) values (?, ?)');
  const oneRow = async () => void insert.run('name', text);
  const store = await openSqliteStore({ file: path.join(folder, 'state.db'), workspace: 'bench', bootId: 'bench', monotonicMs: () => performance.now() });
  const work = await storeWork(store);
  const floor = 'one-row commits by bare node:sqlite';
  const floorRun = () => rate(1500, 1, oneRow);
  const measures: Measure[] = [
    { name: 'SQLite commit, one caller', floor, floorRun, run: () => rate(1500, 1, work.commit) },
    { name: `SQLite commit, ${callers} callers`, floor, floorRun, run: () => rate(150, callers, work.commit) },
    { name: `SQLite create, ${callers} callers`, floor, floorRun, run: () => rate(150, callers, work.create) },
  ];
  const close = async () => {
    bare.close();
    await store[Symbol.asyncDispose]();
  };
  return { measures, claim: work.claim10000, close };
}

async function postgresMeasures(url: string) {
  const { default: pg } = await import('pg');
  const schema = `bench_${randomBytes(4).toString('hex')}`;
  const pool = new pg.Pool({ connectionString: url, max: callers });
  await pool.query(`create schema ${schema}; create table ${schema}.t (id bigserial primary key, name text, body text)`);
  const oneRow = () => pool.query({ name: 'one-row', text: `insert into ${schema}.t (name, body) values ($1, $2)`, values: ['name', text] });
  const store = await openPostgresStore({ url, schema, workspace: 'bench' });
  const work = await storeWork(store);
  const one = { floor: 'one-row commits on one connection', floorRun: () => rate(400, 1, oneRow) };
  const many = { floor: `one-row commits on ${callers} connections`, floorRun: () => rate(100, callers, oneRow) };
  const measures: Measure[] = [
    { name: 'PostgreSQL commit, one caller', ...one, run: () => rate(400, 1, work.commit) },
    { name: `PostgreSQL commit, ${callers} callers`, ...many, run: () => rate(100, callers, work.commit) },
    { name: `PostgreSQL create, ${callers} callers`, ...many, run: () => rate(100, callers, work.create) },
  ];
  const close = async () => {
    await store[Symbol.asyncDispose]();
    await pool.query(`drop schema ${schema} cascade`);
    await pool.end();
  };
  return { measures, claim: work.claim10000, close };
}

async function measured({ name, floor, run, floorRun }: Measure) {
  const [own, bare]: [number[], number[]] = [[], []];
  await run();
  for (let round = 0; round < runs; round += 1) {
    bare.push(await floorRun());
    own.push(await run());
  }
  const [perSecond, floorPerSecond] = [median(own), median(bare)];
  return { name, perSecond: Math.round(perSecond), floor, floorPerSecond: Math.round(floorPerSecond), ratio: Number((perSecond / floorPerSecond).toFixed(2)) };
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'destino-bench-store-'));
const url = process.env['DESTINO_TEST_POSTGRES'];
try {
  const labs = [{ name: 'SQLite', ...(await sqliteMeasures(folder)) }, ...(url === undefined ? [] : [{ name: 'PostgreSQL', ...(await postgresMeasures(url)) }])];
  for (const { name, measures, claim, close } of labs) {
    for (const measure of measures) {
      const result = await measured(measure);
      console.log(values.json ? JSON.stringify(result) : `${result.name}: ${result.perSecond}/s, ${result.ratio} of ${result.floorPerSecond}/s (${result.floor})`);
    }
    const claims: number[] = [];
    for (let round = 0; round < 3; round += 1) claims.push(await claim());
    const claimMs = Math.round(median(claims));
    console.log(values.json ? JSON.stringify({ name: `${name} claim of 10,000`, ms: claimMs }) : `${name} claim of 10,000 records: ${claimMs} ms`);
    await close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
