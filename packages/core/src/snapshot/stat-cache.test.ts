import { chmodSync, lstatSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMemoryBlobStore } from '../blob/index.ts';
import { at, take, trial, useTrialFolder, write } from './trial-folder.test.support.ts';

useTrialFolder();

const cached = (): { cacheFile: string } => ({ cacheFile: path.join(trial.root, 'state', 'cache') });

/** Lets the file system's clock go on, since what changed in the moment of reading is not trusted. */
async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 150);
  });
}

describe('the stat cache', () => {
  it('spares reading what did not change', async () => {
    for (const name of ['a', 'b/c', 'b/d']) write(name);
    symlinkSync('a', at('link'));
    await settle();
    const first = await take(cached());
    const second = await take(cached());
    expect([first.stats.hashed, second.stats.hashed, second.hash]).toEqual([3, 0, first.hash]);
    expect(second.manifest).toEqual(first.manifest);
    write('b/c', 'else');
    const third = await take(cached());
    expect([third.stats.hashed, third.stats.sent]).toEqual([1, 1]);
    expect(third.hash).not.toBe(first.hash);
  });

  it('does not trust what changed in the moment it was read', async () => {
    write('a', 'one');
    await take(cached());
    expect((await take(cached())).stats.hashed).toBe(1);
  });

  it.each<[string, () => void]>([
    ['same size and same time', () => { const { atime, mtime } = statSync(at('a')); write('a', 'A'); utimesSync(at('a'), atime, mtime); }],
    ['a mode', () => chmodSync(at('a'), 0o755)],
    ['another file moved over it', () => { write('tmp', 'A'); renameSync(at('tmp'), at('a')); }],
    ['a removal', () => rmSync(at('a'))],
    ['a new file', () => write('sub/new')],
    ['a file that became a link', () => { rmSync(at('a')); symlinkSync('sub/b', at('a')); }],
    ['a file that became a folder', () => { rmSync(at('a')); write('a/x'); }],
    ['another target of a link', () => { rmSync(at('link')); symlinkSync('sub/b', at('link')); }],
    ['a rule of the ignore file', () => write('.gitignore', 'a')],
    ['a rule of an ignore file further down', () => write('sub/.gitignore', 'b')],
    ['another ignore file', () => write('.amlignore', 'sub')],
    ['an ignore file that goes', () => rmSync(at('.gitignore'))],
  ])('notices %s', async (_, change) => {
    write('a', 'a');
    write('sub/b');
    write('x.log');
    write('.gitignore', '*.log');
    symlinkSync('a', at('link'));
    await settle();
    const { hash } = await take(cached());
    expect((await take(cached())).hash).toBe(hash);
    change();
    const after = await take(cached());
    expect(after.hash).not.toBe(hash);
    expect(after.hash).toBe((await take()).hash);
    await settle();
    await take(cached());
    expect((await take(cached())).hash).toBe(after.hash);
  });

  it('goes on from an empty store: what is remembered is read again only to be sent', async () => {
    write('a');
    await settle();
    await take(cached());
    trial.blobs = createMemoryBlobStore();
    expect((await take(cached())).stats).toMatchObject({ hashed: 0, sent: 1 });
  });

  it('is ignored when it is damaged, of another folder, or cannot be written', async () => {
    write('a');
    await settle();
    const { hash } = await take(cached());
    const { cacheFile } = cached();
    const size = lstatSync(cacheFile).size;
    for (const [offset, byte] of [[0, 65], [70, 65], [size - 5, 65], [size >> 1, 0]] as const) {
      const bytes = new Uint8Array(size).fill(byte);
      const handle = await open(cacheFile, 'r+');
      await handle.write(bytes, 0, 3, offset);
      await handle.close();
      expect((await take(cached())).hash).toBe(hash);
    }
    writeFileSync(cacheFile, '');
    expect((await take(cached())).hash).toBe(hash);
    renameSync(at(''), path.join(trial.root, 'moved'));
    write('a', 'x');
    expect((await take(cached())).stats.hashed).toBe(1);
    write('blocked', '');
    const { notes, hash: without } = await take({ cacheFile: at('blocked/cache') });
    expect(notes).toEqual([expect.stringContaining('cannot be used')]);
    expect(without).toBe((await take()).hash);
  });

  it('leaves no files of its own behind', async () => {
    write('a');
    await take(cached());
    expect(readdirSync(path.join(trial.root, 'state'))).toEqual(['cache']);
  });
});
