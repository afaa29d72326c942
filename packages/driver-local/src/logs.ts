import { open, type FileHandle } from 'node:fs/promises';
import type { CallOptions, Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { LogFile, LogRecord } from '@destino/core/model';
import type { JobFiles } from './layout.ts';
import { errnoOf, heed } from './map-error.ts';

const chunkBytes = 256 * 1024;
const soonMs = 20;
const lateMs = 500;
const source = 'node0';
const streams = ['stdout', 'stderr'] as const;

/** The job's two files, which are its log. */
export function logFilesOf(files: JobFiles): LogFile[] {
  return streams.map((stream) => ({ source, stream, path: files[stream] }));
}

type Following = CallOptions & { since?: string; follow: boolean; clock: Clock; finished(): boolean };

/** Bytes of both files from the cursor on, `STDOUT:STDERR` in bytes read. */
export async function* readLogs(files: JobFiles, options: Following): AsyncIterable<LogRecord> {
  const offsets = parseCursor(options.since);
  let waitMs = soonMs;
  for (;;) {
    heed(options);
    const last = !options.follow || options.finished(); // asked before reading: nothing is written after an end
    let any = false;
    for (const [index, stream] of streams.entries()) {
      for await (const bytes of readFrom(files[stream], offsets[index] ?? 0, options)) {
        any = true;
        offsets[index] = (offsets[index] ?? 0) + bytes.length;
        yield { cursor: offsets.join(':'), source, stream, bytes };
      }
    }
    if (last) return;
    waitMs = any ? soonMs : Math.min(lateMs, waitMs * 2);
    await options.clock.sleep(waitMs, options.signal === undefined ? {} : { signal: options.signal });
  }
}

function parseCursor(cursor: string | undefined): number[] {
  if (cursor === undefined) return [0, 0];
  const offsets = cursor.split(':').map(Number);
  if (offsets.length === 2 && offsets.every((offset) => Number.isSafeInteger(offset) && offset >= 0)) return offsets;
  throw new DestinoError('contract', `'${cursor}' is not a log cursor of the local driver`);
}

async function* readFrom(path: string, from: number, options: CallOptions): AsyncIterable<Uint8Array> {
  const file = await openIfThere(path);
  if (file === undefined) return;
  try {
    for (let offset = from; ; ) {
      heed(options);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, offset);
      if (bytesRead === 0) return;
      offset += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
