import type { Key } from '../model/index.ts';

/** The last argument of every verb. Abort stops waiting and local I/O here; it never cancels remote work. */
export type CallOptions = { signal?: AbortSignal };

/** Of every verb with an effect. */
export type EffectOptions = CallOptions & {
  /** Stored by the engine before the call; the same key again is the same effect. */
  key: Key;
  /** Grows with every change of owner; a driver that can, sends it along. */
  fence: number;
};

export type Progress = { what: string; doneBytes: number; totalBytes?: number; skippedBytes?: number };

/** Of transfers, which may last: they report at least every five seconds and resume by hash or cursor. */
export type TransferOptions = EffectOptions & { onProgress?: (progress: Progress) => void };
