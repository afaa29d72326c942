import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jobRequestSchema } from '@destino/core';
import { newKey } from '@destino/core/model';
import { openSqliteStore } from '@destino/store-sql';

/**
 * How long the command line takes to start, against a Node that does nothing. The three take turns, so that what else
 * the machine does falls on all of them alike. Run it alone: node --conditions=@destino/source tools/bench/cli-start.ts
 */
const program = fileURLToPath(new URL('../../apps/cli/bin/destino.js', import.meta.url));
const rounds = Number(process.argv[2] ?? 25);
const jobCount = 1000;

const state = mkdtempSync(join(tmpdir(), 'destino-bench-'));
const env = { PATH: process.env['PATH'], HOME: state, DESTINO_STATE_DIR: state, DESTINO_WORKSPACE: 'bench' };

async function makeJobs(): Promise<void> {
  const file = join(state, 'workspaces/bench/destino.db');
  await using store = await openSqliteStore({ file, workspace: 'bench', bootId: 'bench', monotonicMs: () => performance.now() });
  const random = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));
  for (let index = 0; index < jobCount; index += 1) {
    const name = `job-${index}`;
    const at = new Date(1_750_000_000_000 + index * 1000).toISOString();
    const spec = jobRequestSchema.parse({ targets: ['local'], spec: { name, command: ['true'] } });
    await store.create({ type: 'job', id: newKey(random), name, kind: 'command', state: 'succeeded', active: false, needs: [], createdAt: at, target: 'local', spec, doc: {} }, { type: 'created', at, data: {} });
  }
}

/** Wall time in milliseconds. */
function take(words: readonly string[]): number {
  const start = performance.now();
  const run = spawnSync(process.execPath, words, { env, cwd: state, stdio: ['ignore', 'pipe', 'pipe'] });
  const wallMs = performance.now() - start;
  if (run.status !== 0) throw new Error(`${words.join(' ')} ended with ${run.status}: ${run.stderr.toString()}`);
  return wallMs;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const cases = {
  'node -e 0': ['-e', '0'],
  'destino --help': [program, '--help'],
  'destino job list': [program, 'job', 'list'],
} as const;
const bars: Readonly<Record<keyof typeof cases, number>> = { 'node -e 0': 1, 'destino --help': 1.5, 'destino job list': 2.5 };

try {
  await makeJobs();
  const names = Object.keys(cases) as (keyof typeof cases)[];
  const taken = new Map(names.map((name) => [name, [] as number[]]));
  for (const name of names) take(cases[name]);
  for (let round = 0; round < rounds; round += 1) for (const name of names) taken.get(name)?.push(take(cases[name]));
  const floor = median(taken.get('node -e 0') ?? []);
  for (const name of names) {
    const own = median(taken.get(name) ?? []);
    const least = Math.min(...(taken.get(name) ?? []));
    console.log(`${name.padEnd(18)} median ${own.toFixed(0).padStart(4)} ms  least ${least.toFixed(0).padStart(4)} ms  ${(own / floor).toFixed(2)}× (bar ${bars[name]}×)`);
  }
} finally {
  rmSync(state, { recursive: true, force: true });
}
