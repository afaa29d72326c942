import type { Found, Handle, JobInspection, JobSpec, Json, LogFile, LogRecord, OutputFile, Reason } from '../model/index.ts';
import type { CallOptions, EffectOptions, TransferOptions } from './options.ts';

/** Accepted, or not now: no effect, no error, no attempt used up. */
export type Submitted = { handle: Handle } | { busy: Reason; retryAfterMs: number };

/** Whether a job would be taken: asked of the target itself by `check --online`. */
export type Admission = { admitted: true; price?: { perHourUsd: number } } | { admitted: false; reasons: Reason[] };

/** One job at a time is submitted; many are inspected. Every verb is a single shot: the engine does all waiting. */
export interface Jobs {
  /**
   * Moves content only: by hash, resumable, without any effect that costs or runs. Its answer is stored and handed to
   * `submit`, of this attempt or of the next.
   */
  stage?(spec: JobSpec, options: TransferOptions): Promise<Json>;
  /** Whether it would fit, without any effect. */
  admit?(spec: JobSpec, options?: CallOptions): Promise<Admission>;
  /**
   * Starts the job, or puts it into the target's queue, and returns at once. The same key again answers the same handle.
   * @throws `conflict` where something without our key holds the name, `rejected` where the platform refuses the spec,
   * `quota`, `no-capacity`, `unauthenticated`, `forbidden`, `throttled`, `unavailable`.
   */
  submit(spec: JobSpec, options: EffectOptions & { staged?: Json }): Promise<Submitted>;
  /** What runs under `key`, started from wherever. */
  find(key: string, options?: CallOptions): Promise<Found>;
  /** One answer per handle, in the order asked; at most `traits.batch` handles. A handle never makes the call reject. */
  inspect(handles: readonly Handle[], options?: CallOptions): Promise<JobInspection[]>;
  /**
   * Records after `since` (absent: from the start). With `follow` it ends by itself after the last byte of a finished
   * job; without, at the end of what there is now. Leaving the loop closes everything.
   */
  logs(handle: Handle, options: CallOptions & { since?: string; follow: boolean }): AsyncIterable<LogRecord>;
  /** The files on this machine that are the log, where they are; `logs` must tell the same bytes. */
  logFiles?(handle: Handle, options?: CallOptions): Promise<LogFile[]>;
  /** A request: grace period, then force, the whole process tree, all nodes. Nothing on what is finished or absent. */
  cancel(handle: Handle, options: CallOptions & { graceMs: number }): Promise<void>;
  /** The files that the job left, sizes known, hashes where the platform has them. */
  outputs(handle: Handle, options?: CallOptions): AsyncIterable<OutputFile>;
  /** Bytes of one of them, from an offset on. Required where `outputs` says `kept: 'target'` without a public `uri`. */
  fetchOutput?(handle: Handle, file: OutputFile, options?: CallOptions & { from?: number }): AsyncIterable<Uint8Array>;
  /** Frees records and disk. Idempotent; absent is fine. Never deletes the vendor's own record of a job. */
  release(handle: Handle, options?: CallOptions): Promise<void>;
}
