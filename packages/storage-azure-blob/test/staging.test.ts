import { createMemoryBlobStore } from '@destino/core/blob';
import type { Staging } from '@destino/core/driver';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAzureStaging, readCredential, type AzureBlobStoreOptions } from '../src/index.ts';
import { Azurite, account, sharedKey } from './azurite.ts';

let azurite: Azurite;
let options: AzureBlobStoreOptions;
let staging: Staging;
const source = createMemoryBlobStore();
const tarOf = async function* (): AsyncGenerator<Uint8Array> {
  yield bytesOf('a tar');
};
beforeAll(async () => {
  azurite = await Azurite.start();
}, 60_000);
afterAll(() => azurite.stop());
beforeEach(async () => {
  options = { container: `${await azurite.container()}/ws`, credential: { sharedKey }, nowMs: () => Date.now() };
  staging = createAzureStaging({ ...options, source, tarOf });
});

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const put = (url: string, text: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'PUT', body: bytesOf(text), headers: { 'x-ms-blob-type': 'BlockBlob', ...headers } });
const lifetimeMs = 60_000;
const textOf = async (path: string, from = 0): Promise<string> => {
  let text = '';
  for await (const chunk of staging.read(path, { from })) text += Buffer.from(chunk).toString();
  return text;
};

describe('staging in a blob container', () => {
  it('brings content and tars there once, and gives URLs that read them', async () => {
    const { hash } = await source.put(bytesOf('model'));
    await staging.put(hash);
    const { path } = await staging.archive('snapshot');
    for (const [at, text] of [[`content/${hash}`, 'model'], [path, 'a tar']] as const) {
      expect(await (await fetch(await staging.url(at, { verbs: ['read'], lifetimeMs }))).text()).toBe(text);
    }
  });

  it('gives URLs that allow just their verbs, for just their path', async () => {
    const url = await staging.url('jobs/k/claim', { verbs: ['create'], lifetimeMs });
    expect((await put(url, 'first', { 'if-none-match': '*' })).status).toBe(201);
    expect((await put(url, 'second', { 'if-none-match': '*' })).status).toBeGreaterThanOrEqual(403);
    expect((await fetch(url)).status).toBe(403);
    const read = await staging.url('jobs/k/claim', { verbs: ['read'], lifetimeMs });
    expect((await put(read, 'x')).status).toBe(403);
    expect((await fetch(read.replace('/claim', '/other'))).status).toBe(403);
    expect(await textOf('jobs/k/claim')).toBe('first');
  });

  it('refuses a URL whose time is over', async () => {
    const url = await staging.url('x', { verbs: ['read'], lifetimeMs: -5000 });
    expect((await fetch(url)).status).toBe(403);
  });

  it('reads what a target appends, from any offset, and nothing beyond its end', async () => {
    const url = await staging.url('jobs/k/stdout', { verbs: ['append', 'read'], lifetimeMs });
    expect((await put(url, '', { 'x-ms-blob-type': 'AppendBlob' })).status).toBe(201);
    for (const text of ['one ', 'two']) expect((await fetch(`${url}&comp=appendblock`, { method: 'PUT', body: bytesOf(text) })).status).toBe(201);
    expect([await textOf('jobs/k/stdout', 4), await textOf('jobs/k/stdout', 7), await staging.size('jobs/k/stdout')]).toEqual(['two', '', 7]);
    expect((await staging.list('jobs/k/')).map(({ path }) => path)).toEqual(['jobs/k/stdout']);
    await staging.delete(['jobs/k/stdout']);
    await expect(textOf('jobs/k/stdout')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('gives no URLs when all it has is a signature, and says what to do', async () => {
    const limited = createAzureStaging({ ...options, credential: readCredential('?sv=1&sp=rl&sig=abc'), source, tarOf });
    await expect(limited.url('x', { verbs: ['read'], lifetimeMs })).rejects.toMatchObject({ code: 'unsupported', hint: expect.stringContaining('account key') });
  });

  it('names a container that is not there', async () => {
    const gone = createAzureStaging({ ...options, container: `${azurite.origin}/${account}/no-such`, source, tarOf });
    await expect(gone.append('x', 0, bytesOf('1'))).rejects.toMatchObject({ code: 'not-found', details: { code: 'ContainerNotFound' } });
  });
});

describe('the credential of a storage', () => {
  it('is an account key, a connection string, or a signature', () => {
    expect(readCredential(`${sharedKey}\n`)).toEqual({ sharedKey });
    expect(readCredential(`DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${sharedKey};EndpointSuffix=x`)).toEqual({ sharedKey });
    expect(readCredential('https://a.blob.core.windows.net/c?sv=1&sig=abc')).toEqual({ sas: 'sv=1&sig=abc' });
    expect(() => readCredential('hunter2')).toThrow('neither an account key');
    expect(() => readCredential('hunter2')).not.toThrow('hunter2');
  });
});
