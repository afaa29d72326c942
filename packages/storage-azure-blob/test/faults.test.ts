import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAzureBlobStore, type BlobCredential } from '../src/index.ts';
import { blockBytes } from '../src/upload.ts';
import { Azurite, sharedKey } from './azurite.ts';
import { FaultProxy, type Fault } from './fault-proxy.ts';

let azurite: Azurite;
let proxy: FaultProxy;
beforeAll(async () => {
  azurite = await Azurite.start();
}, 60_000);
afterAll(() => azurite.stop());
afterEach(() => proxy.stop());

type Decide = Parameters<typeof FaultProxy.before>[1];

async function storeBehind(fault: Decide, options: { maxTries?: number; credential?: BlobCredential } = {}): Promise<ReturnType<typeof createAzureBlobStore>> {
  proxy = await FaultProxy.before(azurite.origin, fault);
  const container = (await azurite.container()).replace(azurite.origin, proxy.origin);
  return createAzureBlobStore({ container, credential: { sharedKey }, nowMs: () => Date.now(), ...options });
}

const bytesOf = (sizeBytes: number, seed = 7): Uint8Array => Uint8Array.from({ length: sizeBytes }, (_, index) => (index * seed + (index >> 9)) & 255);
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
const read = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  return Buffer.concat(pieces);
};

describe('a blob store on a service that fails', () => {
  it('goes on by itself after being throttled and after a connection was reset', async () => {
    const faults: Fault[] = [{ status: 503, headers: { 'retry-after': '0' } }, 'reset', undefined];
    const store = await storeBehind((_, count) => faults[count - 1]);
    const { hash } = await store.put(bytesOf(1000));
    expect(await store.has([hash])).toEqual([true]);
  });

  it('says throttled, and how long to wait, when the service goes on refusing', async () => {
    const store = await storeBehind(() => ({ status: 503, headers: { 'retry-after': '7' } }), { maxTries: 1 });
    await expect(store.put(bytesOf(10))).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 7000, retry: 'same' });
  });

  it('reads content whole although its body breaks off again and again', async () => {
    let cuts = 0;
    const store = await storeBehind(({ method }) => (method === 'GET' && (cuts += 1) <= 3 ? { cutAfterBytes: 300_000 } : undefined));
    const bytes = bytesOf(2_000_000);
    const { hash } = await store.put(bytes);
    expect(hashOf(await read(store.get(hash)))).toBe(hash);
    expect(cuts).toBeGreaterThan(3);
  });

  it('sends only what is missing when a large transfer is begun again, and shows nothing before it is whole', async () => {
    const bytes = bytesOf(blockBytes * 3 + 5);
    const hash = hashOf(bytes);
    let broken = true;
    const store = await storeBehind(({ url = '' }) => (broken && url.includes('comp=blocklist') && proxy.count(/PUT .*comp=block&/) >= 3 ? 'reset' : undefined), { maxTries: 1 });
    await expect(store.put(inPieces(bytes, 1_000_000), { hash })).rejects.toMatchObject({ code: 'unavailable' });
    expect(await store.has([hash])).toEqual([false]);
    const sent = proxy.count(/PUT .*comp=block&/);
    broken = false;
    await store.put(inPieces(bytes, 333_333), { hash });
    expect([sent, proxy.count(/PUT .*comp=block&/)]).toEqual([4, 4]);
    expect(hashOf(await read(store.get(hash)))).toBe(hash);
  });

  it('never takes a block of other bytes for one that an earlier attempt under this hash sent', async () => {
    const bytes = bytesOf(blockBytes + 5);
    const store = await storeBehind(() => undefined);
    const other = bytesOf(blockBytes + 5, 11);
    await expect(store.put(inPieces(other, 500_000), { hash: hashOf(bytes) })).rejects.toMatchObject({ code: 'conflict' });
    await store.put(inPieces(bytes, 500_000), { hash: hashOf(bytes) });
    expect(hashOf(await read(store.get(hashOf(bytes))))).toBe(hashOf(bytes));
  });

  it('finds damaged content when it reads it, and makes room for it to be stored anew', async () => {
    const store = await storeBehind(() => undefined);
    const { hash } = await store.put(bytesOf(100));
    const damaged = new Uint8Array(100);
    const { BlobServiceClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
    const service = new BlobServiceClient(`${azurite.origin}/devstoreaccount1`, new StorageSharedKeyCredential('devstoreaccount1', sharedKey));
    for await (const { name } of service.listContainers()) {
      const blob = service.getContainerClient(name).getBlockBlobClient(`content/${hash}`);
      if (await blob.exists()) await blob.upload(damaged, damaged.length);
    }
    await expect(read(store.get(hash))).rejects.toMatchObject({ code: 'lost' });
    expect(await store.has([hash])).toEqual([false]);
  });

  it('tells that a key is wrong without showing it', async () => {
    const wrong = Buffer.alloc(64, 1).toString('base64');
    const store = await storeBehind(() => undefined, { credential: { sharedKey: wrong } });
    const error: unknown = await store.put(bytesOf(3)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: expect.stringMatching(/unauthenticated|forbidden/) }); // the cloud says the first, Azurite the second
    expect(JSON.stringify(error) + String(error)).not.toContain(wrong);
  });

  it('appends once when the answer to a commit was lost', async () => {
    let lost = false;
    const store = await storeBehind(({ method, url = '' }) => {
      if (lost || method !== 'PUT' || !url.includes('comp=blocklist')) return undefined;
      lost = true;
      return { cutAfterBytes: 0 };
    });
    await store.append('logs/a', 0, bytesOf(10));
    await store.append('logs/a', 10, bytesOf(5));
    expect([(await read(store.read('logs/a'))).length, lost]).toEqual([15, true]);
  });

  it('keeps a segment of many small pieces in few blocks', async () => {
    const store = await storeBehind(() => undefined);
    for (let index = 0; index < 30; index += 1) await store.append('logs/a', index * 10, bytesOf(10, index));
    expect(await store.size('logs/a')).toBe(300);
    const last = proxy.requests.findLast((line) => line.startsWith('PUT') && line.includes('comp=blocklist'));
    expect(last).toBeDefined();
    expect(proxy.count(/PUT .*comp=block&/)).toBe(30);
    expect(proxy.count(/GET .*\/logs\/a(\?timeout=\d+)?$/)).toBeGreaterThan(25); // each joined the one block before it
  });
});
