import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentName, createMemoryBlobStore, type BlobStore } from '../blob/index.ts';
import { linkLeadsOut } from './link-containment.ts';
import { manifestText, sha256, type Manifest, type ManifestEntry } from './manifest.ts';
import { materialise } from './materialise.ts';
import { safeJoin } from './safe-join.ts';
import { snapshotFolder } from './snapshot-folder.ts';

let root = '';
let blobs: BlobStore = createMemoryBlobStore();
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'destino-materialise-'));
  blobs = createMemoryBlobStore();
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const out = (name = ''): string => path.join(root, 'out', name);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const file = (name: string, text = name): ManifestEntry => ({ path: name, mode: 0o644, sizeBytes: text.length, hash: sha256(text) });
const link = (name: string, target: string): ManifestEntry => ({ path: name, mode: 0o644, sizeBytes: target.length, hash: sha256(target), link: target });

/** Stores a manifest as it is, with the content of its files. */
async function stored(...entries: ManifestEntry[]): Promise<string> {
  const manifest: Manifest = { version: 1, entries };
  for (const entry of entries) if (entry.link === undefined) await blobs.put(bytes(entry.path));
  return (await blobs.put(bytes(manifestText(manifest)))).hash;
}

describe('materialise', () => {
  it('writes the snapshot that was taken, with modes, links and strange names', async () => {
    const code = path.join(root, 'code');
    mkdirSync(path.join(code, 'a/b'), { recursive: true });
    writeFileSync(path.join(code, 'a/b/x\ny'), 'one');
    writeFileSync(path.join(code, 'run.sh'), 'two', { mode: 0o755 });
    writeFileSync(path.join(code, 'big'), new Uint8Array(2_500_000).fill(7));
    symlinkSync('../run.sh', path.join(code, 'a/link'));
    const { hash } = await snapshotFolder(code, { blobs });
    await materialise(hash, blobs, out());
    expect(readFileSync(out('a/b/x\ny'), 'utf8')).toBe('one');
    expect([lstatSync(out('run.sh')).mode & 0o777, lstatSync(out('a/b/x\ny')).mode & 0o777]).toEqual([0o755, 0o644]);
    expect([readlinkSync(out('a/link')), readFileSync(out('a/link'), 'utf8')]).toEqual(['../run.sh', 'two']);
    expect((await snapshotFolder(out(), { blobs })).hash).toBe(hash);
    expect(lstatSync(out('big')).nlink).toBe(1);
  });

  it('goes on where it broke off, and touches nothing else', async () => {
    const hash = await stored(file('a'), file('b/c'), link('l', 'a'));
    mkdirSync(out());
    writeFileSync(out('a'), 'a', { mode: 0o600 });
    writeFileSync(out('other'), 'mine');
    await materialise(hash, blobs, out());
    await materialise(hash, blobs, out());
    expect(readdirSync(out()).sort()).toEqual(['a', 'b', 'l', 'other']);
    expect(lstatSync(out('a')).mode & 0o777).toBe(0o644);
  });

  it.each<[string, () => void]>([
    ['another file', () => writeFileSync(out('a'), 'x')],
    ['a folder', () => mkdirSync(out('a'))],
    ['a link', () => symlinkSync('/etc/hostname', out('a'))],
    ['a link in place of a folder', () => symlinkSync(root, out('b'))],
    ['a file in place of a folder', () => writeFileSync(out('b'), '')],
    ['another link', () => symlinkSync('b', out('l'))],
  ])('refuses when %s is in the way', async (_, make) => {
    const hash = await stored(file('a'), file('b/c'), link('l', 'a'));
    mkdirSync(out());
    make();
    await expect(materialise(hash, blobs, out())).rejects.toMatchObject({ code: 'conflict' });
    expect(readdirSync(root)).toEqual(['out']);
  });

  it('leaves no part of a file whose content is missing', async () => {
    const hash = await stored(file('a'));
    await blobs.delete([contentName(sha256('a'))]);
    await expect(materialise(hash, blobs, out())).rejects.toMatchObject({ code: 'not-found' });
    expect(readdirSync(out())).toEqual([]);
  });

  it.each<[string, ManifestEntry[]]>([
    ['a path up', [file('../x')]],
    ['a path up in the middle', [file('a/../../x')]],
    ['an absolute path', [file('/tmp/x')]],
    ['an empty path', [file('')]],
    ['a NUL', [file('a\0b')]],
    ['an absolute link', [link('l', '/etc')]],
    ['a link up', [link('a/l', '../../x')]],
    ['a link out through another', [link('d', '.'), link('x', 'd/../y')]],
    ['a file below a link', [link('d', 'e'), file('d/x')]],
    ['a file below a file', [file('d'), file('d/x')]],
    ['a path twice', [file('a'), file('a')]],
    ['paths out of order', [file('b'), file('a')]],
  ])('refuses a manifest with %s and writes nothing', async (_, entries) => {
    const hash = await stored(...entries);
    await expect(materialise(hash, blobs, out())).rejects.toMatchObject({ code: 'config-invalid' });
    expect(readdirSync(root)).toEqual([]);
  });

  it('refuses content that is no manifest', async () => {
    for (const text of ['', '[]', '{"version":2,"entries":[]}', '\u0000']) {
      const { hash } = await blobs.put(bytes(text));
      await expect(materialise(hash, blobs, out())).rejects.toMatchObject({ code: 'config-invalid' });
    }
  });
});

describe('a link', () => {
  const part = fc.constantFrom('a', 'b', 'c', '..', '.', '');
  const target = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/')).filter((text) => text !== '' && !text.startsWith('/'));
  const place = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));

  it('that stays inside by the rule stays inside on the disk', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(place, target), { minLength: 1, maxLength: 5 }), (pairs) => {
        const links = new Map(pairs);
        for (const name of links.keys()) if ([...links.keys()].some((other) => name.startsWith(`${other}/`))) links.delete(name);
        const deep = mkdtempSync(path.join(root, 'x-'));
        const inside = path.join(deep, 'in');
        for (const name of links.keys()) mkdirSync(path.dirname(path.join(inside, name)), { recursive: true });
        for (const [name, to] of links) symlinkSync(to, path.join(inside, name));
        for (const name of links.keys()) {
          const real = realpath(path.join(inside, name));
          const isOutside = real !== undefined && !`${real}/`.startsWith(`${inside}/`);
          expect(isOutside && !linkLeadsOut(links, name), JSON.stringify([...links])).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('that goes round in circles leads nowhere', () => {
    expect(linkLeadsOut(new Map([['a', 'b'], ['b', 'a']]), 'a')).toBe(false);
  });
});

describe('safeJoin', () => {
  it('refuses whatever could lead out, on Windows also what is no file name there', () => {
    expect(safeJoin('/x', 'a/b c/…')).toBe('/x/a/b c/…');
    for (const bad of ['', '.', '..', '/', 'a/..', '../a', 'a//b', 'a/', '/a', 'a\0', '\ud800']) expect(() => safeJoin('/x', bad)).toThrow(/not a path within/);
    for (const bad of ['a\\..\\..\\b', 'C:', 'c:x', 'a/nul', 'COM1.txt', 'a.', 'a ', 'a?', 'a\nb']) {
      expect(() => safeJoin('/x', bad, 'win32')).toThrow(/Windows/);
      expect(safeJoin('/x', bad, 'posix')).toContain('/x/');
    }
  });
});

function realpath(name: string): string | undefined {
  try {
    return realpathSync(name);
  } catch {
    return undefined;
  }
}
