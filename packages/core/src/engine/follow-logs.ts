import { open as openFile } from 'node:fs/promises';
import { isTerminalJobState, type JobState } from '../model/index.ts';
import type { Attempt, Segment, StoreRecord } from '../store/index.ts';
import type { EngineParts } from './parts.ts';

/** A piece of a job's log as its users see it: `offsetBytes` counts within one source and stream of one attempt. */
export type LogChunk =
  | { attempt: number; source: string; stream: string; offsetBytes: number; bytes: Uint8Array }
  | { attempt: number; source: string; stream: string; gap: { reason: string; bytes?: number | undefined } };

export type FollowOptions = {
  /** Ends with the job; without it, at the end of what is stored now. Default false. */
  follow?: boolean;
  /** Only this attempt; default all, one after the other. */
  attempt?: number;
  /** Skips what was seen already: bytes by `attempt source stream`, as `logPosition` names them. */
  from?: ReadonlyMap<string, number>;
  signal?: AbortSignal;
};

export function logPosition(chunk: { attempt: number; source: string; stream: string }): string {
  return `${chunk.attempt} ${chunk.source} ${chunk.stream}`;
}

const readBytes = 64 * 1024;
const pollMs = 100;

/** What has been given of each log, and which gaps. */
type Given = { bytes: Map<string, number>; gaps: Set<string> };

/** Reads a job's log from the store, and goes on reading while the job is unfinished. Costs the target nothing. */
export async function* followLogs(parts: EngineParts, id: string, options: FollowOptions = {}): AsyncIterable<LogChunk> {
  const given: Given = { bytes: new Map(options.from), gaps: new Set() };
  parts.followed.set(id, (parts.followed.get(id) ?? 0) + 1);
  parts.tracker.wake(id);
  const owner = new DistantOwner(parts, id);
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      // Read before the segments: what is drained by now stands in them.
      const record = await parts.store.record(id);
      const attempts = (await parts.store.attempts(id)).filter(({ number }) => options.attempt === undefined || number === options.attempt);
      for (const attempt of attempts) yield* readAttempt(parts, attempt, given);
      if (options.follow !== true || isOver(record, attempts, options.attempt)) return;
      await owner.ask(attempts.at(-1));
      await changeOrPause(parts, id, options.signal);
    }
  } finally {
    const count = (parts.followed.get(id) ?? 1) - 1;
    if (count === 0) parts.followed.delete(id);
    else parts.followed.set(id, count);
  }
}

/** Has the host that looks after a job bring in its log while somebody reads it here. */
class DistantOwner {
  readonly #parts: EngineParts;
  readonly #id: string;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: EngineParts, id: string) {
    this.#parts = parts;
    this.#id = id;
  }

  async ask(attempt: Attempt | undefined): Promise<void> {
    const { clock, policy, store, tracker } = this.#parts;
    if (attempt?.phase !== 'live' || tracker.get(this.#id) !== undefined) return;
    if (clock.monotonicMs() - this.#askedMs < policy.followForMs / 2) return;
    this.#askedMs = clock.monotonicMs();
    // The files of a job on this machine are read as they grow; nobody has to carry them.
    if ((await store.segments(attempt.key)).some(({ local }) => local)) return;
    await store.request(this.#id, { follow: { untilMs: (await store.nowMs()) + policy.followForMs } });
  }
}

function isOver(record: StoreRecord | undefined, attempts: readonly Attempt[], wanted: number | undefined): boolean {
  if (record === undefined) return true;
  const drained = attempts.every(({ phase }) => phase === 'drained' || phase === 'collected' || phase === 'released');
  if (wanted !== undefined && attempts.length > 0 && drained) return true;
  return drained && (isTerminalJobState(record.state as JobState) || !record.active);
}

/** Waits for a write of this host, or a little for one of another. */
async function changeOrPause(parts: EngineParts, id: string, signal: AbortSignal | undefined): Promise<void> {
  const stop = new AbortController();
  const off = parts.tracker.onChange(id, () => stop.abort());
  try {
    await parts.clock.sleep(pollMs, { signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]) });
  } catch (error) {
    if (!stop.signal.aborted || signal?.aborted === true) throw error;
  } finally {
    off();
  }
}

async function* readAttempt(parts: EngineParts, attempt: Attempt, given: Given): AsyncIterable<LogChunk> {
  for (const segment of await parts.store.segments(attempt.key)) {
    const place = { attempt: attempt.number, source: segment.source, stream: segment.stream };
    if (segment.gap !== undefined) {
      const name = `${attempt.number} ${segment.ordinal}`;
      if (!given.gaps.has(name)) yield { ...place, gap: segment.gap };
      given.gaps.add(name);
      continue;
    }
    const position = logPosition(place);
    const start = Math.max(0, (given.bytes.get(position) ?? 0) - segment.startBytes);
    for await (const bytes of readSegment(parts, segment, start)) {
      const offsetBytes = given.bytes.get(position) ?? 0;
      given.bytes.set(position, offsetBytes + bytes.byteLength);
      yield { ...place, offsetBytes, bytes };
    }
  }
}

/** The committed bytes of a segment. A file of a live job on this machine counts as far as it reaches. */
async function* readSegment(parts: EngineParts, segment: Segment, from: number): AsyncIterable<Uint8Array> {
  if (segment.blob === undefined) return;
  if (segment.local) yield* readFile(segment.blob, from);
  else if (from < segment.lengthBytes) yield* parts.blobs.read(segment.blob, { from, to: segment.lengthBytes });
}

async function* readFile(path: string, from: number): AsyncIterable<Uint8Array> {
  // Not there yet, or taken over by the blob store since the segments were read: the next round knows.
  const file = await openFile(path, 'r').catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? undefined : Promise.reject(error)));
  if (file === undefined) return;
  try {
    for (let position = from; ; ) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(readBytes), 0, readBytes, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
