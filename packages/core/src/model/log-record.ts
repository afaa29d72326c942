import { z } from 'zod';

export const logStreams = ['stdout', 'stderr', 'mixed'] as const;
export type LogStream = (typeof logStreams)[number];

const place = {
  /** The driver's own, opaque, for the whole set of sources; at most 4 KiB. */
  cursor: z.string().max(4096),
  /** Node, rank, container or device. */
  source: z.string().min(1),
};

/** Any `Uint8Array`, a Node `Buffer` too, whatever memory lies behind it. */
const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected a Uint8Array');

/** Bytes of a log, or a loss told as a gap. */
export const logRecordSchema = z.union([
  z.object({ ...place, stream: z.enum(logStreams), bytes: bytesSchema, timeMs: z.number().optional() }),
  z.object({ ...place, gap: z.object({ reason: z.string().min(1), bytes: z.int().nonnegative().optional() }) }),
]);
export type LogRecord = z.infer<typeof logRecordSchema>;

/** A file on this machine that is a log, so that nothing need be copied. */
export const logFileSchema = z.object({ source: z.string().min(1), stream: z.enum(logStreams), path: z.string().min(1) });
export type LogFile = z.infer<typeof logFileSchema>;
