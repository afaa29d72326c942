import type { Jobs } from '../driver/index.ts';
import type { LogRecord } from '../model/index.ts';
import type { Attempt, Segment } from '../store/index.ts';
import type { EngineParts } from './parts.ts';
import type { Tracked } from './tracker.ts';

const flushBytes = 256 * 1024;

/** Text as one part of a blob's name. */
function namePart(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E');
}

type Buffered = { source: string; stream: string; chunks: Uint8Array[]; sizeBytes: number };

/**
 * Carries a log from a target into segments. A segment is named by the attempt, the claim's fence and its ordinal, and
 * its length is committed together with the driver's cursor: what a dead owner wrote beyond the commit does not count,
 * and is never added to.
 */
export class LogPump {
  readonly #parts: EngineParts;
  readonly #tracked: Tracked;
  readonly #attempt: string;
  readonly #ends = new Map<string, number>();
  readonly #open = new Map<string, Segment>();
  #ordinal = 0;
  #buffers = new Map<string, Buffered>();
  #bufferedBytes = 0;
  #gaps: Segment[] = [];

  private constructor(parts: EngineParts, tracked: Tracked, attempt: string) {
    this.#parts = parts;
    this.#tracked = tracked;
    this.#attempt = attempt;
  }

  /** The pump of this attempt: the one at work, or one that resumes. */
  static async of(parts: EngineParts, tracked: Tracked, attempt: Attempt): Promise<LogPump> {
    const { pump } = tracked;
    if (pump !== undefined && pump.#attempt === attempt.key) return pump;
    const fresh = await LogPump.resume(parts, tracked, attempt);
    tracked.pump = fresh;
    return fresh;
  }

  /** Begins after what is committed, in new segments. */
  static async resume(parts: EngineParts, tracked: Tracked, attempt: Attempt): Promise<LogPump> {
    const pump = new LogPump(parts, tracked, attempt.key);
    for (const segment of await parts.store.segments(attempt.key)) {
      pump.#ordinal = Math.max(pump.#ordinal, segment.ordinal + 1);
      const log = `${segment.source}\n${segment.stream}`;
      if (segment.gap === undefined) pump.#ends.set(log, segment.startBytes + segment.lengthBytes);
    }
    return pump;
  }

  /** Reads what there is now or, with `follow`, until the log of a finished job ends. */
  async pull(jobs: Jobs, attempt: Attempt, options: { follow: boolean; signal?: AbortSignal; onRecord?: () => void }): Promise<Attempt> {
    if (attempt.handle === undefined) return attempt;
    let current = attempt;
    let cursor = attempt.logCursor;
    const { follow, signal, onRecord } = options;
    const records = jobs.logs(attempt.handle, { follow, ...(signal !== undefined && { signal }), ...(cursor !== undefined && { since: cursor }) });
    for await (const record of records) {
      // What came before a gap stands before it: the order of segments is the order of the log.
      if ('gap' in record && this.#bufferedBytes > 0) current = await this.#flush(current, cursor);
      cursor = record.cursor;
      onRecord?.();
      this.#take(record, current);
      if (this.#bufferedBytes >= flushBytes) current = await this.#flush(current, cursor);
    }
    return cursor === current.logCursor ? current : this.#flush(current, cursor);
  }

  /** Tells a loss that no driver told. */
  async tellGap(attempt: Attempt, reason: string): Promise<Attempt> {
    this.#take({ cursor: attempt.logCursor ?? '', source: 'destino', gap: { reason } }, attempt);
    return this.#flush(attempt, attempt.logCursor);
  }

  #take(record: LogRecord, attempt: Attempt): void {
    if ('gap' in record) {
      this.#gaps.push({ attempt: attempt.key, ordinal: -1, source: record.source, stream: 'mixed', local: false, startBytes: 0, lengthBytes: 0, gap: record.gap });
      return;
    }
    const log = `${record.source}\n${record.stream}`;
    const buffer = this.#buffers.get(log) ?? { source: record.source, stream: record.stream, chunks: [], sizeBytes: 0 };
    buffer.chunks.push(record.bytes);
    buffer.sizeBytes += record.bytes.byteLength;
    this.#bufferedBytes += record.bytes.byteLength;
    this.#buffers.set(log, buffer);
  }

  async #flush(attempt: Attempt, cursor: string | undefined): Promise<Attempt> {
    const segments: Segment[] = [];
    for (const gap of this.#gaps) {
      segments.push({ ...gap, ordinal: this.#ordinal });
      this.#ordinal += 1;
      for (const [log, open] of this.#open) if (open.source === gap.source) this.#open.delete(log);
    }
    for (const [log, buffer] of this.#buffers) segments.push(await this.#append(log, buffer, attempt));
    this.#gaps = [];
    this.#buffers = new Map();
    this.#bufferedBytes = 0;
    const next: Attempt = { ...attempt, ...(cursor !== undefined && { logCursor: cursor }) };
    await this.#parts.tracker.commit(this.#tracked, { attempt: next, segments });
    return next;
  }

  async #append(log: string, buffer: Buffered, attempt: Attempt): Promise<Segment> {
    const open = this.#open.get(log) ?? this.#newSegment(log, buffer, attempt);
    const bytes = Buffer.concat(buffer.chunks);
    const { lengthBytes } = await this.#parts.blobs.append(open.blob ?? '', open.lengthBytes, bytes);
    const next = { ...open, lengthBytes };
    this.#open.set(log, next);
    this.#ends.set(log, next.startBytes + lengthBytes);
    return next;
  }

  #newSegment(log: string, buffer: Buffered, attempt: Attempt): Segment {
    const ordinal = this.#ordinal;
    this.#ordinal += 1;
    const blob = `logs/${attempt.key}/${this.#tracked.claim.fence}-${ordinal}-${namePart(buffer.source)}-${buffer.stream}`;
    const segment: Segment = { attempt: attempt.key, ordinal, source: buffer.source, stream: buffer.stream, blob, local: false, startBytes: this.#ends.get(log) ?? 0, lengthBytes: 0 };
    this.#open.set(log, segment);
    return segment;
  }
}
