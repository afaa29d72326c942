import { DestinoError } from '@destino/core/errors';
import type { Handle, LogRecord } from '@destino/core/model';
import type { LogOffsets, LogPiece, LogSlice } from '../remote-api.ts';
import { remoteTimeMs } from '../remote/job-view.ts';
import type { Session } from './session.ts';

const sliceBytes = 64 * 1024;

function readCursor(since: string | undefined): LogOffsets {
  if (since === undefined) return {};
  try {
    return JSON.parse(since) as LogOffsets;
  } catch (cause) {
    throw new DestinoError('contract', 'the cursor is not one of the fake driver', { cause });
  }
}

function toRecord(piece: LogPiece, offsets: LogOffsets, session: Session): LogRecord {
  const size = 'gap' in piece ? piece.gap.bytes : piece.bytes.length;
  offsets[piece.source] = (offsets[piece.source] ?? 0) + size;
  const cursor = JSON.stringify(offsets);
  if ('gap' in piece) return { cursor, ...piece };
  return { cursor, ...piece, timeMs: remoteTimeMs(piece.timeMs, session.link.settings) };
}

/** Reads slice after slice; with `follow` it sleeps on the clock where there is nothing new. */
export async function* streamLog(
  session: Session,
  handle: Handle,
  op: string,
  options: { since?: string; follow: boolean; signal?: AbortSignal },
  read: (since: LogOffsets, maxBytes: number) => LogSlice | Promise<LogSlice>,
): AsyncGenerator<LogRecord, void, undefined> {
  const signals = options.signal === undefined ? [session.disposed] : [options.signal, session.disposed];
  const signal = AbortSignal.any(signals);
  const offsets = readCursor(options.since);
  await session.run({ op, handles: [handle] }, { signal }, () => undefined);
  for (;;) {
    const slice = await session.run({ op: `${op}.read`, handles: [handle] }, { signal }, () => read(offsets, sliceBytes));
    for (const piece of slice.pieces) yield toRecord(piece, offsets, session);
    if (slice.ended || (slice.pieces.length === 0 && !options.follow)) return;
    if (slice.pieces.length === 0) await session.context.clock.sleep(session.followPollMs, { signal });
  }
}
