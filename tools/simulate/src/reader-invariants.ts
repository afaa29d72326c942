import type { Engine } from '@destino/core';
import { allRecords, type World } from './invariants.ts';
import { Violation } from './ledger.ts';

/** A user who reads a log gets the bytes that are committed, and not one more. */
export async function checkReaders({ store }: World, engine: Engine): Promise<void> {
  for (const record of await allRecords(store, 'job')) {
    let committed = 0;
    for (const attempt of await store.attempts(record.id)) for (const { lengthBytes } of await store.segments(attempt.key)) committed += lengthBytes;
    if (committed === 0) continue;
    let read = 0;
    for await (const chunk of engine.logs(record.name)) if ('bytes' in chunk) read += chunk.bytes.byteLength;
    if (read !== committed) throw new Violation(`${record.name}: ${committed} bytes of its log are committed, a reader gets ${read}`);
  }
}
