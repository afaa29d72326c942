import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textOf, toBytes } from './blob-store-expectations.ts';
import { escapePart, segmentPath, unescapePart } from './folder-names.ts';
import { contentName, createFolderBlobStore } from './index.ts';

const helloHash = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const storeModule = new URL('./index.ts', import.meta.url).href;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'destino-folder-store-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const helloFile = (): string => path.join(folder, 'content', '2c', helloHash);

/** Another process with `store` on the same folder. */
function inAnotherProcess(code: string): ChildProcess {
  const script = `import { createFolderBlobStore } from ${JSON.stringify(storeModule)}; const store = createFolderBlobStore(${JSON.stringify(folder)}); ${code}`;
  return spawn(process.execPath, ['--conditions=@destino/source', '--no-warnings', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe('a store in a folder', () => {
  it('keeps content read-only and private', async () => {
    await createFolderBlobStore(folder).put(toBytes('hello'));
    expect((await stat(helloFile())).mode & 0o777).toBe(0o400);
    expect((await stat(path.dirname(helloFile()))).mode & 0o077).toBe(0);
  });

  it('notices content that was damaged on the disk, puts it aside, and takes it again', async () => {
    const store = createFolderBlobStore(folder);
    await store.put(toBytes('hello'));
    await chmod(helloFile(), 0o600);
    await writeFile(helloFile(), 'jello');
    await expect(textOf(store.get(helloHash))).rejects.toMatchObject({ code: 'lost', details: { hash: helloHash } });
    expect(await store.has([helloHash])).toEqual([false]);
    expect(await readFile(path.join(folder, 'damaged', helloHash), 'utf8')).toBe('jello');
    await store.put(toBytes('hello'));
    expect(await textOf(store.get(helloHash))).toBe('hello');
  });

  it('takes a file that a power cut left empty or short for absent, and replaces it', async () => {
    const store = createFolderBlobStore(folder);
    await mkdir(path.dirname(helloFile()), { recursive: true });
    await writeFile(helloFile(), '');
    expect(await store.has([helloHash])).toEqual([false]);
    await writeFile(helloFile(), 'hel');
    await store.put(toBytes('hello'));
    expect(await textOf(store.get(helloHash))).toBe('hello');
  });

  it('renews the mark of use of old content when it is confirmed', async () => {
    const store = createFolderBlobStore(folder);
    await store.put(toBytes('hello'));
    for (const confirm of [() => store.has([helloHash]), () => store.put(toBytes('hello'))]) {
      await utimes(helloFile(), 1000, 1000);
      await confirm();
      expect((await stat(helloFile())).mtimeMs).toBeGreaterThan(1_600_000_000_000);
    }
  });

  it('never follows a symbolic link out of the folder', async () => {
    const outside = await mkdtemp(path.join(os.tmpdir(), 'destino-outside-'));
    try {
      const secret = path.join(outside, 'secret');
      await writeFile(secret, 'secret');
      await mkdir(path.join(folder, 'segments'), { recursive: true });
      await symlink(secret, path.join(folder, 'segments', 's'));
      const store = createFolderBlobStore(folder);
      await expect(store.append('s', 0, toBytes('x'))).rejects.toMatchObject({ code: 'ELOOP' });
      await expect(textOf(store.read('s'))).rejects.toMatchObject({ code: 'ELOOP' });
      expect([await store.size('s'), await store.list('')]).toEqual([undefined, []]);
      await store.delete(['s']);
      expect(await readFile(secret, 'utf8')).toBe('secret');
      await symlink(secret, path.join(folder, 'link'));
      await expect(store.adopt?.('t', path.join(folder, 'link'))).rejects.toMatchObject({ code: 'config-invalid' });
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('does not list what others put into its folders', async () => {
    const store = createFolderBlobStore(folder);
    await store.append('a/b', 0, toBytes('1'));
    for (const stray of ['segments/.DS_Store', 'segments/Upper', 'segments/%zz', 'segments/a+/x+', 'segments/%41%2E', 'content/README']) {
      await mkdir(path.dirname(path.join(folder, stray)), { recursive: true });
      await writeFile(path.join(folder, stray), 'x');
    }
    expect((await store.list('')).map(({ name }) => name)).toEqual(['a/b']);
  });

  it('leaves no empty folders behind when segments are deleted', async () => {
    const store = createFolderBlobStore(folder);
    await store.append('a/b/c', 0, toBytes('1'));
    await store.delete(['a/b/c']);
    expect(await readdir(path.join(folder, 'segments'))).toEqual([]);
  });
});

describe('a store in a folder that many processes use', () => {
  it('holds every content once and every segment whole', async () => {
    const code = (id: number): string => `
      for (let i = 0; i < 60; i += 1) {
        await store.put(new TextEncoder().encode('shared ' + i));
        await store.append('logs/${id}/x', i * 2, new TextEncoder().encode('${id},'));
        await store.append('temporary/t', 0, new Uint8Array(1));
        await store.delete(['temporary/t']);
      }`;
    const children = [1, 2, 3, 4].map((id) => inAnotherProcess(code(id)));
    const ends = await Promise.all(children.map(async (child) => (await once(child, 'close'))[0] as unknown));
    expect(ends).toEqual([0, 0, 0, 0]);
    const store = createFolderBlobStore(folder);
    const entries = await store.list('');
    expect(entries.filter(({ name }) => name.startsWith('content/'))).toHaveLength(60);
    for (const id of [1, 2, 3, 4]) expect(await textOf(store.read(`logs/${id}/x`))).toBe(`${id},`.repeat(60));
    expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
  });

  it('shows nothing of a put that was killed, and clears its leftovers a day later', async () => {
    const child = inAnotherProcess(`
      await store.put((async function* () { yield new Uint8Array(100_000); console.log('half'); await new Promise((r) => setTimeout(r, 60_000)); })());`);
    await once(child.stdout ?? child, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const store = createFolderBlobStore(folder);
    expect(await store.list('')).toEqual([]);
    const [left] = await readdir(path.join(folder, 'incoming'));
    await utimes(path.join(folder, 'incoming', String(left)), 1000, 1000);
    await store.put(toBytes('hello'));
    expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
    expect((await store.list('')).map(({ name }) => name)).toEqual([contentName(helloHash)]);
  });
});

describe('the file name of a segment', () => {
  const part = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !/[/\0]/.test(text) && text !== '.' && text !== '..');

  it('is plain on every file system, and leads back to the name', () => {
    fc.assert(
      fc.property(part, (name) => {
        const escaped = escapePart(name);
        expect(escaped).toMatch(/^[a-z0-9_=@%-]([a-z0-9._=@%-]*[a-z0-9_=@%-])?$/);
        expect(unescapePart(escaped)).toBe(name);
      }),
      { examples: [[' .'], ['.a.'], ['con'], ['nul.txt'], ['...']] },
    );
  });

  it('never leads out of the folder', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.constantFrom('..%2f', '\\..', 'C:', '...')), { minLength: 1, maxLength: 5 }), (parts) => {
        const full = path.resolve('/store/segments', segmentPath(parts.join('/')));
        expect(full.startsWith('/store/segments/')).toBe(true);
      }),
    );
  });

  it('is refused when the file system could not hold it', () => {
    expect(() => segmentPath('Ü'.repeat(100))).toThrow(/too long/);
  });
});
