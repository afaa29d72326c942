import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { StateStore } from '@destino/core/store';
import { Things } from '@destino/core/store-checks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../index.ts';

let folder: string;
let file: string;
const children = new Set<ChildProcess>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'destino-store-'));
  file = join(folder, 'state.db');
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  rmSync(folder, { recursive: true, force: true });
});

const monotonicMs = () => Number(process.hrtime.bigint() / 1_000_000n);
const open = () => openSqliteStore({ file, workspace: 'w', bootId: 'boot', monotonicMs });

type Writer = { child: ChildProcess; lines: string[]; failed: string };

function startWriter(...options: string[]): Writer {
  const program = fileURLToPath(new URL('writer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@destino/source', program, file, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const writer: Writer = { child, lines: [], failed: '' };
  let rest = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    const parts = (rest + bytes.toString()).split('\n');
    rest = parts.pop() ?? '';
    writer.lines.push(...parts);
  });
  child.stderr?.on('data', (bytes: Buffer) => {
    writer.failed += bytes.toString();
  });
  return writer;
}

async function ended({ child }: Writer): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  else await new Promise((resolve) => setImmediate(resolve));
  children.delete(child);
}

function integrity(): unknown {
  const database = new DatabaseSync(file);
  try {
    return database.prepare('pragma integrity_check').all();
  } finally {
    database.close();
  }
}

const sound = [{ integrity_check: 'ok' }];

/** Starting twenty processes takes its time on a busy machine. */
const timeoutMs = 120_000;

describe('several processes on one file', { timeout: timeoutMs }, () => {
  it('share names, records and a counter without losing or doubling a write', async () => {
    const rounds = 120;
    await using store = await open();
    const counter = await new Things().created(store, 'counter', { needs: ['nobody'] });
    const writers = ['ann', 'ben', 'cid', 'dan'].map((name) => startWriter(name, 'share', String(rounds)));
    await Promise.all(writers.map(ended));
    expect(writers.map(({ failed }) => failed)).toEqual(['', '', '', '']);
    const done = writers.map(({ lines }) => JSON.parse(lines[0] ?? '{}') as { created: number; committed: number; claimed: number });
    const sum = (count: (one: (typeof done)[number]) => number) => done.reduce((total, one) => total + count(one), 0);
    expect([sum(({ created }) => created), sum(({ committed }) => committed), sum(({ claimed }) => claimed)]).toEqual([rounds, 4 * rounds, rounds]);
    const counted = await store.record(counter.id);
    expect([counted?.poke, counted?.events]).toEqual([4 * rounds, 4 * rounds + 1]);
    const numbers = (await store.events(counter.id, { limit: 5000 })).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 4 * rounds + 1 }, (_, index) => index + 1));
    expect(integrity()).toEqual(sound);
  });
});

describe('a process that is killed while it commits', { timeout: timeoutMs }, () => {
  it('leaves every acknowledged commit whole, and no other than the next, in twenty kills', async () => {
    for (let round = 0; round < 5; round += 1) {
      const names = [0, 1, 2, 3].map((place) => `kill${round}${place}`);
      const writers = names.map((name) => startWriter(name, 'flat-out'));
      await Promise.all(writers.map((writer, place) => killAfter(writer, 3 + ((round * 37 + place * 53) % 61))));
      await using store = await open();
      for (const [place, name] of names.entries()) await expectWhole(store, name, Number(writers[place]?.lines.at(-1)));
    }
    expect(integrity()).toEqual(sound);
  });
});

async function killAfter(writer: Writer, acknowledged: number): Promise<void> {
  while (writer.lines.length < acknowledged && writer.failed === '') await new Promise((resolve) => setTimeout(resolve, 1));
  writer.child.kill('SIGKILL');
  await once(writer.child, 'close');
  expect(writer.failed).toBe('');
}

async function expectWhole(store: StateStore, name: string, acknowledged: number): Promise<void> {
  const record = await store.named('job', name);
  const { number } = (record?.doc ?? { number: 0 }) as { number: number };
  expect(number - acknowledged).toBeOneOf([0, 1]);
  const events = await store.events(record?.id ?? '', { limit: 1_000_000 });
  expect([record?.events, events.length, events.at(-1)?.data]).toEqual([number + 1, number + 1, { number }]);
}
