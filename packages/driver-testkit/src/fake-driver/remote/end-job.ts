import type { JobRef } from '../remote-api.ts';
import type { JobBook } from './job-book.ts';
import type { JobRecord } from './job-record.ts';
import type { PartsWorld } from './parts-world.ts';

/** Asks for the end of every record of the key, and closes the key, so that what comes late begins nothing. */
export function cancelJob(book: JobBook, call: { ref: JobRef; host: string; graceMs: number }): void {
  const { ref, host, graceMs } = call;
  const nowMs = book.now();
  const records = book.recordsOf(ref.key);
  const live = records.filter((record) => book.isLive(record, nowMs) && endsSooner(record.cancel, nowMs, graceMs));
  book.world.truth.record({ atMs: nowMs, op: 'cancelJob', outcome: live.length > 0 ? 'changed' : 'nothing', key: ref.key, id: ref.record, host });
  if (records.length > 0) book.scheduler.claims.close(ref.key);
  for (const record of live) {
    // Asked again: what was asked first stays the beginning of it, and force comes at the earlier time.
    const atMs = record.cancel?.atMs ?? nowMs;
    record.cancel = { atMs, graceMs: nowMs + graceMs - atMs };
    book.scheduler.replan(record, nowMs);
  }
}

/** Frees the records of the key, and the parts made for it. */
export function releaseJob(book: JobBook, parts: PartsWorld, call: { ref: JobRef; host: string }): void {
  const { ref, host } = call;
  const nowMs = book.now();
  const held = book.recordsOf(ref.key).filter((record) => record.releasedAtMs === undefined);
  book.world.truth.record({ atMs: nowMs, op: 'releaseJob', outcome: held.length > 0 ? 'removed' : 'nothing', key: ref.key, id: ref.record, host });
  for (const record of held) record.releasedAtMs = nowMs;
  parts.removeOf(ref.key);
}

/** Changes the fate of every record of the key. */
export function changeJob(book: JobBook, key: string, change: (record: JobRecord, nowMs: number) => void): void {
  const nowMs = book.now();
  for (const record of book.recordsOf(key)) {
    change(record, nowMs);
    book.scheduler.replan(record, nowMs);
  }
}

function endsSooner(before: { atMs: number; graceMs: number } | undefined, nowMs: number, graceMs: number): boolean {
  return before === undefined || nowMs + graceMs < before.atMs + before.graceMs;
}
