import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAzureBlobStore } from '../src/index.ts';
import { Azurite, sharedKey } from './azurite.ts';
import { FaultProxy } from './fault-proxy.ts';

let azurite: Azurite;
let proxy: FaultProxy;
beforeAll(async () => {
  azurite = await Azurite.start();
  let count = 0;
  proxy = await FaultProxy.before(azurite.origin, () => ((count += 1) % 97 === 0 ? { status: 503, headers: { 'retry-after': '0' } } : undefined));
}, 60_000);
afterAll(async () => {
  await proxy.stop();
  await azurite.stop();
});

describe('10,000 small contents', () => {
  it('go and are found in parallel, within limits, although some requests are throttled', async () => {
    const container = (await azurite.container()).replace(azurite.origin, proxy.origin);
    const store = createAzureBlobStore({ container, credential: { sharedKey }, nowMs: () => Date.now() });
    const hashes: string[] = [];
    const texts = Array.from({ length: 10_000 }, (_, index) => `content ${index}`);
    const worker = async (): Promise<void> => {
      for (let text = texts.pop(); text !== undefined; text = texts.pop()) hashes.push((await store.put(new TextEncoder().encode(text))).hash);
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect((await store.has(hashes)).filter((there) => !there)).toEqual([]);
    expect((await store.list('content/', { limit: 20_000 })).length).toBe(10_000);
    expect(proxy.mostAtOnce).toBeLessThanOrEqual(40);
    await store.delete(hashes.map((hash) => `content/${hash}`));
    expect(await store.list('')).toEqual([]);
  }, 300_000);
});
