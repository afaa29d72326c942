import { DestinoError } from '../errors/index.ts';

export interface BlobOptions {
  /** Stops the waiting and the local work; the call then rejects with `aborted`. */
  signal?: AbortSignal | undefined;
}

/** A range of bytes: `from` (default 0) is included, `to` (default: the end) is not. Beyond the end there is nothing. */
export interface ByteRange extends BlobOptions {
  from?: number | undefined;
  to?: number | undefined;
}

export interface BlobEntry {
  name: string;
  sizeBytes: number;
  /** When it was last written, or last confirmed by `put` or `has`, in the store's own clock. */
  modifiedMs: number;
}

/**
 * Bytes by name. Content is named by hash, log segments by attempt and token.
 *
 * Both share one space of names: content stands under `content/HASH` (see `contentName`), and that prefix is closed to
 * segments. A segment's name is one or more parts between slashes; a part is any text but the empty one, `.` and `..`.
 * Content never changes, so a range of it may be read while the same content is stored again.
 */
export interface BlobStore extends AsyncDisposable {
  /**
   * Stores bytes under their sha256, in lower-case hex. Doing it again changes nothing but `modifiedMs`.
   * @throws {DestinoError} `conflict` when `hash` is given and differs; nothing is kept then
   */
  put(bytes: Uint8Array | AsyncIterable<Uint8Array>, o?: BlobOptions & { hash?: string | undefined }): Promise<{ hash: string; sizeBytes: number }>;
  /**
   * Which of these are here, in the same order. Content that is answered as present counts as used: its `modifiedMs`
   * becomes younger than ten minutes, so that a collection which spares young content cannot take it away meanwhile.
   */
  has(hashes: readonly string[], o?: BlobOptions): Promise<boolean[]>;
  /**
   * Content by hash. Where the whole is read, it is compared with its hash.
   * @throws {DestinoError} `not-found`; `lost` when what is stored is not what was put
   */
  get(hash: string, o?: ByteRange): AsyncIterable<Uint8Array>;
  /**
   * Makes segment `name` hold its first `offset` bytes followed by `bytes`; what stood beyond is cut.
   * @throws {DestinoError} `conflict` when `offset` is beyond the end; nothing changes then
   */
  append(name: string, offset: number, bytes: Uint8Array, o?: BlobOptions): Promise<{ lengthBytes: number }>;
  /**
   * The bytes of a segment, as far as it reaches when it is opened. Content can be read under its `contentName`.
   * @throws {DestinoError} `not-found`
   */
  read(name: string, o?: ByteRange): AsyncIterable<Uint8Array>;
  /** Length in bytes, `undefined` when there is no such segment. */
  size(name: string, o?: BlobOptions): Promise<number | undefined>;
  /**
   * Takes over a local file as segment `name`, by rename where the file system allows, else by copy; the file is gone
   * from `path` then. Asking again after it was done answers the length. Absent where the store is remote.
   * @throws {DestinoError} `not-found` when neither file nor segment is there; `config-invalid` when it is no plain file
   */
  adopt?(name: string, path: string, o?: BlobOptions): Promise<{ lengthBytes: number }>;
  /** Entries whose name starts with `prefix`, ordered by code units, after the name `after`, at most `limit`. */
  list(prefix: string, o?: BlobOptions & { after?: string | undefined; limit?: number | undefined }): Promise<BlobEntry[]>;
  /** Removes; what is absent is fine. With `unusedSinceMs` (the store's clock) whatever was written or confirmed then or later stays. */
  delete(names: readonly string[], o?: BlobOptions & { unusedSinceMs?: number | undefined }): Promise<void>;
}

export const contentPrefix = 'content/';
const hashPattern = /^[0-9a-f]{64}$/;
const longestNameLength = 700;

/** The name under which `list`, `read`, `size` and `delete` know the content with this hash. */
export function contentName(hash: string): string {
  return contentPrefix + checkedHash(hash);
}

/** The hash in a content's name, `undefined` when the name is a segment's. */
export function hashOfName(name: string): string | undefined {
  const rest = name.startsWith(contentPrefix) ? name.slice(contentPrefix.length) : '';
  return hashPattern.test(rest) ? rest : undefined;
}

export function checkedHash(hash: string): string {
  if (hashPattern.test(hash)) return hash;
  throw new DestinoError('config-invalid', `${JSON.stringify(hash)} is not a sha256 in lower-case hex`);
}

/** Refuses what is no segment's name, content's names among them. */
export function checkedSegmentName(name: string): string {
  const refuse = (reason: string): DestinoError =>
    new DestinoError('config-invalid', `the segment name ${JSON.stringify(name.slice(0, 200))} ${reason}`);
  if (name === 'content' || name.startsWith(contentPrefix)) throw refuse('lies in the space of content, which only put fills');
  if (name.length > longestNameLength) throw refuse(`is longer than ${longestNameLength} characters`);
  if (!name.isWellFormed() || name.includes('\0')) throw refuse('holds characters that cannot be stored');
  if (name.split('/').some((part) => part === '' || part === '.' || part === '..')) throw refuse('has an empty part, "." or ".."');
  return name;
}

/** Refuses offsets that are no count of bytes. */
export function checkedRange(range: ByteRange): { from: number; to: number | undefined } {
  const from = range.from ?? 0;
  for (const value of [from, range.to ?? 0]) {
    if (!Number.isSafeInteger(value) || value < 0) throw new DestinoError('config-invalid', `${value} is not an offset in bytes`);
  }
  return { from, to: range.to };
}

export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new DestinoError('aborted', `${what} was aborted`, { cause: signal.reason });
}

export function missing(name: string): DestinoError {
  return new DestinoError('not-found', `the store holds no ${name}`);
}

export function offsetBeyondEnd(name: string, offset: number, sizeBytes: number): DestinoError {
  return new DestinoError('conflict', `cannot write segment ${name} at byte ${offset}: it ends at byte ${sizeBytes}`, { details: { sizeBytes } });
}

export function hashDiffers(expected: string, actual: string): DestinoError {
  return new DestinoError('conflict', `the bytes have sha256 ${actual}, not ${expected} as announced`, { details: { expected, actual } });
}
