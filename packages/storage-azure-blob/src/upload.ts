import { createHash, randomUUID, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BlockBlobClient } from '@azure/storage-blob';
import { hashDiffers, throwIfAborted, type BlobOptions } from '@destino/core/blob';
import { isDestinoError } from '@destino/core/errors';
import { mapError, statusOf } from './map-error.ts';

/** A block, and the largest content that goes in one request. The service takes 50,000 blocks: 390 GB. */
export const blockBytes = 8 * 1024 * 1024;
const blocksAtOnce = 4;

type Source = AsyncIterable<Uint8Array>;
type Stored = { hash: string; sizeBytes: number };
type Options = { signal?: AbortSignal | undefined };

/**
 * Stores a stream under its announced hash. Blocks that an earlier attempt sent are not sent again: their ids hold
 * their own hashes. Nothing shows before the last block is there and the whole has the hash.
 */
export async function uploadAnnounced(client: BlockBlobClient, source: Source, hash: string, o: Options): Promise<Stored> {
  const whole = createHash('sha256');
  const sender = new BlockSender(client, o);
  let sizeBytes = 0;
  let first: Uint8Array | undefined;
  for await (const block of inBlocks(source, whole, o.signal)) {
    sizeBytes += block.length;
    if (first === undefined) first = block;
    else {
      if (sender.ids.length === 0) await sender.send(first);
      await sender.send(block);
    }
  }
  await sender.settled();
  const actual = whole.digest('hex');
  if (actual !== hash) throw hashDiffers(hash, actual);
  if (sender.ids.length === 0) await client.upload(first ?? new Uint8Array(), sizeBytes, abortable(o));
  else await client.commitBlockList(sender.ids, abortable(o));
  return { hash, sizeBytes };
}

/** Stores a stream whose hash is not known: small ones from memory, larger ones by way of a file of this machine. */
export async function uploadUnknown(clientOf: (hash: string) => BlockBlobClient, source: Source, o: BlobOptions): Promise<Stored> {
  const spool = join(tmpdir(), `destino-spool-${randomUUID()}`);
  const whole = createHash('sha256');
  try {
    const blocks = inBlocks(source, whole, o.signal)[Symbol.asyncIterator]();
    const first = await blocks.next();
    const second = first.done === true ? first : await blocks.next();
    if (second.done === true) return await uploadSmall(clientOf, first.done === true ? new Uint8Array() : first.value, o);
    const rest = { [Symbol.asyncIterator]: () => blocks };
    const all = async function* (): AsyncGenerator<Uint8Array> {
      if (first.value !== undefined) yield first.value;
      yield second.value;
      yield* rest;
    };
    await pipeline(Readable.from(all(), { objectMode: false }), createWriteStream(spool, { mode: 0o600 }));
    const hash = whole.digest('hex');
    return await uploadAnnounced(clientOf(hash), createReadStream(spool, { highWaterMark: 1024 * 1024 }), hash, o);
  } finally {
    await rm(spool, { force: true });
  }
}

export async function uploadSmall(clientOf: (hash: string) => BlockBlobClient, bytes: Uint8Array, o: Options): Promise<Stored> {
  const hash = createHash('sha256').update(bytes).digest('hex');
  await clientOf(hash).upload(bytes, bytes.length, abortable(o));
  return { hash, sizeBytes: bytes.length };
}

/** The source's own error, which is the caller's, passes as it is; the service's is told in our words. */
async function* inBlocks(source: Source, whole: Hash, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array, undefined> {
  let pieces: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of source) {
    throwIfAborted(signal, 'storing content');
    whole.update(chunk);
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + blockBytes - heldBytes);
      pieces.push(piece.slice());
      heldBytes += piece.length;
      at += piece.length;
      if (heldBytes < blockBytes) continue;
      yield Buffer.concat(pieces);
      pieces = [];
      heldBytes = 0;
    }
  }
  throwIfAborted(signal, 'storing content');
  if (heldBytes > 0) yield Buffer.concat(pieces);
  return undefined;
}

/** Stages blocks, a few at once; `ids` is the list to commit. */
class BlockSender {
  readonly ids: string[] = [];
  readonly #client: BlockBlobClient;
  readonly #options: Options;
  readonly #underWay = new Set<Promise<unknown>>();
  #known: Promise<Set<string>> | undefined;

  constructor(client: BlockBlobClient, options: Options) {
    this.#client = client;
    this.#options = options;
  }

  async send(block: Uint8Array): Promise<void> {
    const digest = createHash('sha256').update(block).digest('hex').slice(0, 32);
    const id = Buffer.from(`${String(this.ids.length).padStart(6, '0')}-${digest}`).toString('base64');
    this.ids.push(id);
    this.#known ??= stagedBlocks(this.#client, this.#options);
    if ((await this.#known).has(id)) return;
    while (this.#underWay.size >= blocksAtOnce) await Promise.race(this.#underWay);
    const sending: Promise<unknown> = this.#client.stageBlock(id, block, block.length, abortable(this.#options)).finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
    sending.catch(() => undefined); // told by `settled` or by the next `send`
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }
}

async function stagedBlocks(client: BlockBlobClient, o: Options): Promise<Set<string>> {
  try {
    const { uncommittedBlocks = [] } = await client.getBlockList('uncommitted', abortable(o));
    return new Set(uncommittedBlocks.map(({ name }) => name));
  } catch (error) {
    if (statusOf(error) === 404) return new Set();
    throw isDestinoError(error) ? error : mapError(error, 'asking which blocks are there');
  }
}

export function abortable({ signal }: Options): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
