import { createHash } from 'node:crypto';
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import { checkedHash, checkedRange, checkedSegmentName, contentName, contentPrefix, hashDiffers, hashOfName, throwIfAborted, type BlobEntry, type BlobOptions, type BlobStore } from '@destino/core/blob';
import { DestinoError } from '@destino/core/errors';
import { openContainer, type BlobCredential, type OpenContainer } from './credential.ts';
import { parseLocation } from './location.ts';
import { statusOf, told } from './map-error.ts';
import { blobName, blobPrefix, nameOfBlob } from './names.ts';
import { inParallel } from './parallel.ts';
import { appendSegment, blobSize, readBlob } from './segments.ts';
import { abortable, uploadAnnounced, uploadSmall, uploadUnknown } from './upload.ts';

export type AzureBlobStoreOptions = {
  /** `https://ACCOUNT.blob.core.windows.net/CONTAINER[/PREFIX]`; the container must exist. */
  container: string;
  credential: BlobCredential;
  /** Milliseconds since 1970. The service's clock dates blobs; this one only says which marks are old. */
  nowMs: () => number;
  /** How often a request is tried. Default: 6. */
  maxTries?: number;
};

/** Requests for many blobs go this many at once. */
const requestsAtOnce = 32;
/** Confirmed content is marked as used again when its mark is older than this. */
const renewAfterMs = 5 * 60_000;

/** A blob store in a container. Nothing is loaded or sent before it is used; nothing is held open between calls. */
export function createAzureBlobStore(options: AzureBlobStoreOptions): BlobStore {
  return new AzureBlobStore(options);
}

export class AzureBlobStore implements BlobStore {
  readonly #options: AzureBlobStoreOptions;
  readonly #prefix: string;
  #opening: Promise<OpenContainer> | undefined;

  constructor(options: AzureBlobStoreOptions) {
    this.#options = options;
    this.#prefix = parseLocation(options.container).prefix;
  }

  open(): Promise<OpenContainer> {
    const { containerUrl, account } = parseLocation(this.#options.container);
    const { credential, maxTries } = this.#options;
    this.#opening ??= openContainer(containerUrl, account, credential, maxTries === undefined ? {} : { maxTries });
    return this.#opening;
  }

  async #container(): Promise<ContainerClient> {
    return (await this.open()).client;
  }

  /** Where a name lies in the container. */
  spelled(name: string): string {
    return this.#prefix + blobName(name);
  }

  async #blob(name: string): Promise<BlockBlobClient> {
    return (await this.#container()).getBlockBlobClient(this.spelled(name));
  }

  async put(bytes: Uint8Array | AsyncIterable<Uint8Array>, o: BlobOptions & { hash?: string | undefined } = {}): Promise<{ hash: string; sizeBytes: number }> {
    throwIfAborted(o.signal, 'storing content');
    const announced = o.hash === undefined ? undefined : checkedHash(o.hash);
    const container = await this.#container();
    const clientOf = (hash: string): BlockBlobClient => container.getBlockBlobClient(this.spelled(contentName(hash)));
    const source = new CallersOwn(bytes);
    try {
      return await told('storing content', o.signal, async () => {
        if (!(bytes instanceof Uint8Array)) return announced === undefined ? await uploadUnknown(clientOf, source, o) : await uploadAnnounced(clientOf(announced), source, announced, o);
        const actual = createHash('sha256').update(bytes).digest('hex');
        if (announced !== undefined && announced !== actual) throw hashDiffers(announced, actual);
        return await uploadSmall(clientOf, bytes, o);
      });
    } catch (error) {
      throw source.failed && !o.signal?.aborted ? source.error : error;
    }
  }

  async has(hashes: readonly string[], o: BlobOptions = {}): Promise<boolean[]> {
    throwIfAborted(o.signal, 'asking for content');
    const names = hashes.map((hash) => contentName(hash));
    return await told('asking for content', o.signal, () => inParallel(names, requestsAtOnce, (name) => this.#confirm(name, o)));
  }

  /** Whether it is there; marks it as used when its mark is old. */
  async #confirm(name: string, o: BlobOptions): Promise<boolean> {
    const client = await this.#blob(name);
    try {
      const { lastModified, date } = await client.getProperties(abortable(o));
      const ageMs = (date?.getTime() ?? this.#options.nowMs()) - (lastModified?.getTime() ?? 0);
      if (ageMs > renewAfterMs) await client.setMetadata({ used: String(this.#options.nowMs()) }, abortable(o));
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  async *get(hash: string, o: { from?: number | undefined; to?: number | undefined; signal?: AbortSignal | undefined } = {}): AsyncGenerator<Uint8Array> {
    yield* this.read(contentName(hash), o);
  }

  async *read(name: string, o: { from?: number | undefined; to?: number | undefined; signal?: AbortSignal | undefined } = {}): AsyncGenerator<Uint8Array> {
    const hash = hashOfName(name);
    if (hash === undefined) checkedSegmentName(name);
    const range = { ...checkedRange(o), signal: o.signal };
    throwIfAborted(o.signal, `reading ${name}`);
    const client = await this.#blob(name);
    const isWhole = hash !== undefined && range.from === 0 && range.to === undefined;
    const actual = createHash('sha256');
    const chunks = readBlob(client, name, range);
    try {
      for (;;) {
        const next = await told(`reading ${name}`, o.signal, () => chunks.next());
        if (next.done === true) break;
        throwIfAborted(o.signal, `reading ${name}`);
        if (isWhole) actual.update(next.value);
        yield next.value;
      }
    } finally {
      await chunks.return(undefined);
    }
    if (!isWhole || actual.digest('hex') === hash) return;
    await told(`removing ${name}`, o.signal, () => client.deleteIfExists());
    throw new DestinoError('lost', `content ${hash} was damaged where it was stored and has been removed`, { hint: 'submit again from the folder it came from: what is missing is stored anew', details: { hash } });
  }

  async append(name: string, offset: number, bytes: Uint8Array, o: BlobOptions = {}): Promise<{ lengthBytes: number }> {
    throwIfAborted(o.signal, `writing ${name}`);
    checkedSegmentName(name);
    checkedRange({ from: offset });
    const own = bytes.slice();
    const client = await this.#blob(name);
    return await told(`writing ${name}`, o.signal, () => appendSegment(client, name, offset, own, o));
  }

  async size(name: string, o: BlobOptions = {}): Promise<number | undefined> {
    if (hashOfName(name) === undefined) checkedSegmentName(name);
    throwIfAborted(o.signal, `asking for the size of ${name}`);
    const client = await this.#blob(name);
    return await told(`asking for the size of ${name}`, o.signal, () => blobSize(client, o));
  }

  async list(prefix: string, o: BlobOptions & { after?: string | undefined; limit?: number | undefined } = {}): Promise<BlobEntry[]> {
    const { after = '', limit = Number.POSITIVE_INFINITY } = o;
    throwIfAborted(o.signal, 'listing');
    if (limit < 1) return [];
    const container = await this.#container();
    return await told('listing', o.signal, async () => {
      const found: BlobEntry[] = [];
      // Content is listed in the order of our names; the spelling of a segment may stand elsewhere than its name.
      const inOrder = prefix.startsWith(contentPrefix);
      for await (const { name: spelled, properties } of container.listBlobsFlat({ ...abortable(o), prefix: this.#prefix + blobPrefix(prefix) })) {
        const name = nameOfBlob(spelled.slice(this.#prefix.length));
        if (name === undefined || !name.startsWith(prefix) || name <= after) continue;
        found.push({ name, sizeBytes: properties.contentLength ?? 0, modifiedMs: properties.lastModified.getTime() });
        if (inOrder && found.length >= limit) break;
      }
      return found.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, Math.min(limit, found.length));
    });
  }

  async delete(names: readonly string[], o: BlobOptions & { unusedSinceMs?: number | undefined } = {}): Promise<void> {
    throwIfAborted(o.signal, 'deleting');
    for (const name of names) if (hashOfName(name) === undefined) checkedSegmentName(name);
    // The service counts whole seconds and deletes what is as old as the date or older: the last one before `unusedSinceMs`.
    const conditions = o.unusedSinceMs === undefined ? {} : { conditions: { ifUnmodifiedSince: new Date(Math.ceil(o.unusedSinceMs / 1000) * 1000 - 1000) } };
    await told('deleting', o.signal, () =>
      inParallel(names, requestsAtOnce, async (name) => {
        const client = await this.#blob(name);
        await client.deleteIfExists({ ...abortable(o), ...conditions, deleteSnapshots: 'include' }).catch((error: unknown) => {
          if (statusOf(error) !== 412) throw error;
        });
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Remembers an error of the caller's own stream, which passes on as it is. */
class CallersOwn implements AsyncIterable<Uint8Array> {
  failed = false;
  error: unknown;
  readonly #source: Uint8Array | AsyncIterable<Uint8Array>;

  constructor(source: Uint8Array | AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      if (this.#source instanceof Uint8Array) yield this.#source;
      else yield* this.#source;
    } catch (error) {
      this.failed = true;
      this.error = error;
      throw error;
    }
  }
}
