import { writeSync } from 'node:fs';
import { Things } from '@destino/core/store-checks';
import type { StoreRecord } from '@destino/core/store';
import { openSqliteStore } from '../index.ts';

/**
 * A process that writes to a store which other processes write to as well.
 * `writer.ts FILE NAME share COUNT`: does a fixed amount of work and tells what it did, as one line of JSON.
 * `writer.ts FILE NAME flat-out`: commits until it is killed, and tells each number once it has been acknowledged.
 */
const [file = '', name = '', mode = '', count = '0'] = process.argv.slice(2);
const things = new Things();
const monotonicMs = () => Number(process.hrtime.bigint() / 1_000_000n);
const store = await openSqliteStore({ file, workspace: 'w', bootId: 'boot', monotonicMs, busyTimeoutMs: 20_000 });
const session = await things.session(store);

if (mode === 'share') say(JSON.stringify(await share(Number(count))));
else await writeFlatOut();
await store[Symbol.asyncDispose]();

/** Names that all writers use, a counter that all write, and a record of its own. */
async function share(rounds: number): Promise<{ created: number; committed: number; claimed: number }> {
  const own = await ownRecord();
  const done = { created: 0, committed: 0, claimed: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const record = { ...things.job(`shared-${round}`), id: keyOf(round) };
    if ((await store.create(record, things.event('created'))).created) done.created += 1;
    await store.request((await store.named('job', 'counter'))?.id ?? '', {}, things.event('counted'));
    const outcome = await store.commit({ id: own.id, session: session.id, fence: own.fence }, { record: { doc: { round } }, events: [things.event()] });
    if (outcome.ok) done.committed += 1;
    if (round % 10 === 0) done.claimed += (await store.claim(session.id, 7)).length;
  }
  done.claimed += (await store.claim(session.id, rounds)).length;
  return done;
}

async function writeFlatOut(): Promise<never> {
  const own = await ownRecord();
  for (let number = 1; ; number += 1) {
    const outcome = await store.commit({ id: own.id, session: session.id, fence: own.fence }, { record: { doc: { number } }, events: [things.event('noted', { number })] });
    if (!outcome.ok) throw new Error(`refused: ${outcome.why}`);
    say(String(number));
  }
}

async function ownRecord(): Promise<StoreRecord> {
  const record = { ...things.job(name), id: keyOf(9999) };
  return (await store.create(record, things.event('created'), { claimFor: session.id })).record;
}

/** A key that no other writer makes. */
function keyOf(number: number): string {
  const digits = `${name}${number}`.replaceAll(/[^a-z0-9]/g, '').replaceAll(/[0-9]/g, (digit) => 'bcdefghijk'.charAt(Number(digit)));
  return digits.padStart(26, 'a').slice(-26);
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
