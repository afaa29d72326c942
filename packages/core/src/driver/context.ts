import type { Environment, Json, Owner, SecretReference } from '../model/index.ts';
import type { CallOptions, TransferOptions } from './options.ts';

/** Structured lines, one event name per kind of line. Never given a secret. */
export interface Logger {
  debug(event: string, fields?: Record<string, Json>): void;
  info(event: string, fields?: Record<string, Json>): void;
  warn(event: string, fields?: Record<string, Json>): void;
}

/** The only clock a driver reads. */
export interface Clock {
  /** Milliseconds of a clock that never goes back; its zero means nothing. */
  monotonicMs(): number;
  /** The time of day, for people. Never compared with a remote time. */
  wallMs(): number;
  /** Resolves after `ms`, rejects with `aborted` when the signal comes first. */
  sleep(ms: number, options?: CallOptions): Promise<void>;
}

export interface Secrets {
  /** The value, at call time. Rejects with `not-found` (hint: how to set it). Never put it into a handle or a log. */
  resolve(reference: SecretReference, options?: CallOptions): Promise<string>;
  /** Stores a credential that the driver obtained and answers the reference to keep in a handle or config. */
  store(name: string, value: string, options?: CallOptions): Promise<SecretReference>;
}

/** One entry of a snapshot. `mode` is 0o644 or 0o755; a link holds its target, which stays within the snapshot. */
export type ManifestEntry = { path: string; mode: number; sizeBytes: number; hash: string; link?: string };

export interface Content {
  /** The entries of a snapshot or model, in path order. */
  manifest(snapshot: string, options?: CallOptions): AsyncIterable<ManifestEntry>;
  /** Bytes of one file by hash, from an offset on. */
  read(hash: string, options?: CallOptions & { from?: number }): AsyncIterable<Uint8Array>;
  /** Stores bytes (outputs) and answers their hash. */
  write(bytes: AsyncIterable<Uint8Array>, options?: CallOptions): Promise<{ hash: string; sizeBytes: number }>;
  /** Writes a snapshot into a folder of this machine: whole files or none, copies and never hard links. */
  materialise(snapshot: string, folder: string, options?: CallOptions): Promise<void>;
}

/** What a URL allows: `create` never overwrites what is there, `append` adds to the end of what it created. */
export type StagingVerb = 'read' | 'create' | 'write' | 'append' | 'delete';

/** Something that lies in the store: `path` parts stand between slashes; content lies under `content/HASH`. */
export type StagedEntry = { path: string; sizeBytes: number; modifiedMs: number };

/** The workspace's object store, for targets that cannot reach this machine. Both sides write; nobody locks. */
export interface Staging {
  has(hashes: readonly string[], options?: CallOptions): Promise<boolean[]>;
  /** Brings content of the workspace there, by hash, unless it is there. A transfer that broke off goes on. */
  put(hash: string, options?: CallOptions): Promise<void>;
  /** Brings a whole snapshot there as one tar, once, and answers its path and the tar's own hash. */
  archive(snapshot: string, options?: CallOptions): Promise<{ path: string; hash: string; sizeBytes: number }>;
  /** A short-lived URL for one path and just these verbs; `file:` where the store is a folder, which never expires. */
  url(path: string, options: CallOptions & { verbs: readonly StagingVerb[]; lifetimeMs: number }): Promise<string>;
  /** The bytes from an offset on, as far as they reach when it is opened. Rejects with `not-found`. */
  read(path: string, options?: CallOptions & { from?: number }): AsyncIterable<Uint8Array>;
  /** Length in bytes, `undefined` when there is none. */
  size(path: string, options?: CallOptions): Promise<number | undefined>;
  /** Makes it hold its first `offset` bytes and then these. Not for what a target appends to. */
  append(path: string, offset: number, bytes: Uint8Array, options?: CallOptions): Promise<{ lengthBytes: number }>;
  /** Entries whose path starts with `prefix`, in order, after the path `after`, at most `limit`. */
  list(prefix: string, options?: CallOptions & { after?: string; limit?: number }): Promise<StagedEntry[]>;
  /** Removes; what is absent is fine. */
  delete(paths: readonly string[], options?: CallOptions): Promise<void>;
}

export type ResolvedImage = { image: string; digest: string; pull?: SecretReference };

export interface Images {
  /** The image that realises an environment, built and pushed where need be. */
  resolve(environment: Environment, options: TransferOptions): Promise<ResolvedImage>;
}

/** The POSIX script that runs beside every job, and the small image that holds it. */
export interface Helper {
  script: string;
  hash: string;
  image(architecture: string): string | undefined;
}

export type Question = { id: string; text: string; choices: readonly string[] };

/**
 * All that a driver gets. It reads no environment variable, no wall clock and no console, and opens no prompt.
 * An absent member is one that this host cannot offer: say so in `check`, with the fix.
 */
export interface DriverContext {
  logger: Logger;
  clock: Clock;
  fetch: typeof fetch;
  /** A folder of this target's own on this machine. It may not exist yet. */
  workDir: string;
  owner: Owner;
  secrets: Secrets;
  content: Content;
  helper: Helper;
  staging?: Staging;
  images?: Images;
  /** Only with a terminal. Without it fail and name the option that answers the question. */
  ask?: (question: Question, options?: CallOptions) => Promise<string>;
}
