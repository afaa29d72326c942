import type { IncomingMessage } from 'node:http';

/** A body as it goes on to a deployment: whole, or as it comes. */
export type Body = Buffer | AsyncIterable<Uint8Array> | null;

/** Thrown while a body is read that is longer than allowed. */
export class TooLarge extends Error {}

/** The length that a request announces; `undefined` for one in chunks. */
export function announcedBytes({ headers }: IncomingMessage): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined;
  return Number(headers['content-length'] ?? 0);
}

/** A body of a known small length, whole. Rejects when the caller goes away before its end. */
export function readWhole(request: IncomingMessage, length: number): Promise<Buffer | null> {
  if (length === 0) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the caller went away')));
  });
}

/** A body as it comes, no more than `most` bytes of it. */
export async function* readStreaming(request: IncomingMessage, most: number): AsyncIterable<Uint8Array> {
  let length = 0;
  // The connection must outlive a refusal, which still has to be told.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) throw new TooLarge(`the body is longer than ${most} bytes`);
    yield chunk;
  }
}
