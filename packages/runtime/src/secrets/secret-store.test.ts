import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretStore } from './secret-store.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'destino-secrets-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const open = (variables: Record<string, string> = {}): SecretStore => new SecretStore({ folder: join(root, 'secrets'), root, variables });
const value = 'planted value: ünïcode\nsecond line';

describe('SecretStore', () => {
  it('gives back what another process kept, and writes the value nowhere in clear', async () => {
    open().set('token', value);
    expect(await open().resolve({ secret: 'token' })).toBe(value);
    expect(await open().resolve({ secret: 'store:token' })).toBe(value);
    await expect(open().resolve({ secret: 'store:gone' })).rejects.toMatchObject({ hint: 'destino secret set gone' });
    const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
    expect(texts.filter((text) => text.includes('planted'))).toEqual([]);
  });

  it('keeps files that only the account may read', async () => {
    open().set('token', value);
    for (const file of ['secret.key', 'secrets/token.sealed']) expect((await stat(join(root, file))).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, 'secrets'))).mode & 0o777).toBe(0o700);
  });

  it('opens a value only under its own name and with its own key', async () => {
    const store = open();
    store.set('one', value);
    await writeFile(join(root, 'secrets/two.sealed'), await readFile(join(root, 'secrets/one.sealed')));
    await expect(store.resolve({ secret: 'two' })).rejects.toMatchObject({ code: 'internal' });
    await writeFile(join(root, 'secret.key'), Buffer.alloc(32));
    await expect(open().resolve({ secret: 'one' })).rejects.toMatchObject({ code: 'internal', hint: 'set it again: destino secret set one' });
  });

  it('reads variables and files by reference, and says how to set what is missing', async () => {
    await writeFile(join(root, 'token.txt'), 'from file\n');
    const store = open({ HF: 'from variable' });
    expect(await store.resolve({ secret: 'env:HF' })).toBe('from variable');
    expect(await store.resolve({ secret: `file:${join(root, 'token.txt')}` })).toBe('from file');
    await expect(store.resolve({ secret: 'gone' })).rejects.toMatchObject({ code: 'not-found', hint: 'destino secret set gone' });
    await expect(store.resolve({ secret: 'env:GONE' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('keeps what another process hands over in memory only', async () => {
    const store = open();
    store.accept(open({ HF: value }).handOver(['env:HF', 'env:GONE', 'token']));
    expect(store.available(['env:HF', 'env:GONE', 'token'])).toEqual(['env:HF']);
    expect(await readdir(root)).toEqual([]);
  });

  it('refuses names that could lead out of its folder', () => {
    for (const name of ['../x', 'a/b', '', 'a b', '.x']) expect(() => open().set(name, 'v'), name).toThrow('no name for a secret');
  });

  it('forgets a secret', () => {
    const store = open();
    store.set('token', value);
    expect([store.delete('token'), store.delete('token'), store.names()]).toEqual([true, false, []]);
  });
});
