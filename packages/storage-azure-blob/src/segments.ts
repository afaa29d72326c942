import { randomUUID } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import { missing, offsetBeyondEnd } from '@destino/core/blob';
import { DestinoError } from '@destino/core/errors';
import { statusOf } from './map-error.ts';
import { abortable, blockBytes } from './upload.ts';

type Options = { signal?: AbortSignal | undefined };
type Block = { id: string; sizeBytes: number };

/** A last block below this is joined with what comes, so that a day of small pieces stays far from 50,000 blocks. */
const joinedBytes = 1024 * 1024;
const mostAttempts = 5;

/**
 * Makes the blob hold its first `offset` bytes followed by `bytes`. One commit of a block list does it, whole or not at
 * all; blocks before the cut stay where they are. Another writer's commit in between makes it look again.
 */
export async function appendSegment(client: BlockBlobClient, name: string, offset: number, bytes: Uint8Array, o: Options): Promise<{ lengthBytes: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const { blocks, etag } = await committed(client, o);
    const sizeBytes = blocks.reduce((sum, block) => sum + block.sizeBytes, 0);
    if (offset > sizeBytes) throw offsetBeyondEnd(name, offset, sizeBytes);
    const { kept, startBytes } = keptBlocks(blocks, offset, bytes.length);
    const head = startBytes === offset ? new Uint8Array() : await client.downloadToBuffer(startBytes, offset - startBytes, { ...abortable(o), ...(etag !== undefined && { conditions: { ifMatch: etag } }) });
    const added = await stage(client, Buffer.concat([head, bytes]), o);
    const conditions = etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag };
    try {
      await client.commitBlockList([...kept, ...added], { ...abortable(o), conditions });
      return { lengthBytes: offset + bytes.length };
    } catch (error) {
      // Another writer's commit, or our own whose answer was lost; and that drops blocks which are not in it.
      if (attempt >= mostAttempts || ![400, 409, 412].includes(statusOf(error) ?? 0)) throw error;
    }
  }
}

function keptBlocks(blocks: readonly Block[], offset: number, addedBytes: number): { kept: string[]; startBytes: number } {
  const kept: string[] = [];
  let startBytes = 0;
  for (const { id, sizeBytes } of blocks) {
    if (startBytes + sizeBytes > offset) break;
    if (startBytes + sizeBytes === offset && sizeBytes + addedBytes <= joinedBytes) break;
    kept.push(id);
    startBytes += sizeBytes;
  }
  return { kept, startBytes };
}

/** The blocks of a blob, none where there is none. One that was written whole in one request counts as one to be joined. */
async function committed(client: BlockBlobClient, o: Options): Promise<{ blocks: Block[]; etag: string | undefined }> {
  try {
    const { committedBlocks = [], etag } = await client.getBlockList('committed', abortable(o));
    return { blocks: committedBlocks.map(({ name, size }) => ({ id: name, sizeBytes: size })), etag };
  } catch (error) {
    if (statusOf(error) === 404) return { blocks: [], etag: undefined };
    throw error;
  }
}

async function stage(client: BlockBlobClient, bytes: Uint8Array, o: Options): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes);
    const id = Buffer.from(randomUUID()).toString('base64');
    await client.stageBlock(id, block, block.length, abortable(o));
    ids.push(id);
  }
  return ids;
}

const mostBreaks = 8;
type Range = { from: number; to: number | undefined; signal?: AbortSignal | undefined };

/** A range of a blob, as far as it reaches when it is opened. Where a body breaks off, it goes on behind what came. */
export async function* readBlob(client: BlockBlobClient, name: string, range: Range): AsyncGenerator<Uint8Array> {
  let at = range.from;
  let end = range.to;
  for (let breaks = 0; ; ) {
    const opened = await openRange(client, name, { ...range, from: at, to: end });
    if (opened === undefined) return;
    end ??= opened.end;
    try {
      for await (const chunk of opened.body) {
        const bytes = new Uint8Array(chunk as unknown as Uint8Array);
        at += bytes.length;
        breaks = 0;
        yield bytes;
      }
      if (at >= Math.min(end, opened.end)) return;
    } catch (error) {
      if (range.signal?.aborted === true || breaks >= mostBreaks) throw error;
    }
    breaks += 1;
    if (breaks > mostBreaks) throw new DestinoError('unavailable', `reading ${name}: the connection broke off ${mostBreaks} times at byte ${at}`);
  }
}

async function openRange(client: BlockBlobClient, name: string, range: Range): Promise<{ body: NodeJS.ReadableStream; end: number } | undefined> {
  const { from, to } = range;
  if (to !== undefined && to <= from) {
    if ((await blobSize(client, range)) === undefined) throw missing(name);
    return undefined;
  }
  try {
    const answer = await client.download(from, to === undefined ? undefined : to - from, { ...abortable(range), maxRetryRequests: 0 });
    if (answer.readableStreamBody === undefined) return undefined;
    return { body: answer.readableStreamBody, end: from + (answer.contentLength ?? 0) };
  } catch (error) {
    if (statusOf(error) === 416) return undefined; // beyond the end, or empty: nothing
    throw statusOf(error) === 404 ? missing(name) : error;
  }
}

export async function blobSize(client: BlockBlobClient, o: Options): Promise<number | undefined> {
  try {
    return (await client.getProperties(abortable(o))).contentLength ?? 0;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
