import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../blob/index.ts';
import { manifestHash, readManifest } from './manifest.ts';
import { snapshotFolder, type SnapshotOptions, type SnapshotProgress } from './snapshot-folder.ts';
import { at, take, trial, useTrialFolder, write } from './trial-folder.test.support.ts';

useTrialFolder();

const paths = async (o?: Partial<SnapshotOptions>): Promise<string[]> => (await take(o)).manifest.entries.map((entry) => entry.path);

describe('a snapshot', () => {
  it('holds path, mode, size and hash of each file, and the target of each link', async () => {
    write('src/train.py', 'hello');
    write('run.sh', '');
    chmodSync(at('run.sh'), 0o750);
    symlinkSync('src/train.py', at('link'));
    symlinkSync('../missing', at('src/dangling'));
    const { hash, manifest, stats } = await take();
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(manifest.entries.map(({ path: name, mode, sizeBytes, link }) => [name, mode, sizeBytes, link])).toEqual([
      ['link', 0o644, 12, 'src/train.py'],
      ['run.sh', 0o755, 0, undefined],
      ['src/dangling', 0o644, 10, '../missing'],
      ['src/train.py', 0o644, 5, undefined],
    ]);
    expect(manifest.entries[1]?.hash).toBe(empty);
    expect(await readManifest(trial.blobs, hash)).toEqual(manifest);
    expect(await trial.blobs.has(manifest.entries.filter(({ link }) => link === undefined).map((entry) => entry.hash))).toEqual([true, true]);
    expect(stats).toEqual({ files: 2, links: 2, sizeBytes: 5, hashed: 2, sent: 2, sentBytes: 5, skipped: 0 });
  });

  it('has the same hash wherever, whenever and in whatever order the folder was filled', async () => {
    for (const name of ['b', 'a/x', 'a-b', 'a0', 'B']) write(name);
    const first = await take();
    renameSync(at(''), path.join(trial.root, 'old'));
    for (const name of ['B', 'a0', 'a-b', 'a/x', 'b']) write(name);
    utimesSync(at('b'), 1000, 1000);
    mkdirSync(at('empty/empty'), { recursive: true });
    const second = await take();
    expect(second.hash).toBe(first.hash);
    expect(second.manifest.entries.map((entry) => entry.path)).toEqual(['B', 'a-b', 'a/x', 'a0', 'b']);
    expect(manifestHash(second.manifest)).toBe(first.hash);
    chmodSync(at('b'), 0o755);
    expect((await take()).hash).not.toBe(first.hash);
  });

  it('of an empty folder is empty', async () => {
    expect((await take()).manifest).toEqual({ version: 1, entries: [] });
  });

  it('keeps names with line ends, blanks, quotes, backslashes and any script', async () => {
    const names = [' lead', 'a\nb', "it's \"q\"", 'back\\slash', 'é', 'e\u0301', '日本/👩‍💻', '-rf', '$(x)'].toSorted((a, b) => (a < b ? -1 : 1));
    for (const name of names) write(name);
    const { hash, manifest } = await take();
    expect(manifest.entries.map((entry) => entry.path)).toEqual(names);
    expect(await readManifest(trial.blobs, hash)).toEqual(manifest);
  });

  it('never holds .git, .destino, the state folder or the cache', async () => {
    for (const name of ['.git/config', 'sub/.git', '.destino/x', 'state/db', 'keep']) write(name);
    expect(await paths({ never: [at('state')], cacheFile: at('cache.bin') })).toEqual(['keep']);
    expect(await paths({ never: [at('state'), at('cache.bin')] })).toEqual(['keep']);
  });

  it('goes by .amlignore alone where the folder has one, else by .gitignore', async () => {
    write('.gitignore', '*.txt');
    write('a.txt');
    write('b.log');
    expect(await paths()).toEqual(['.gitignore', 'b.log']);
    write('.amlignore', '*.log');
    expect(await paths()).toEqual(['.amlignore', '.gitignore', 'a.txt']);
  });

  it('sends only what the store lacks, once for each content, and tells how far it is', async () => {
    write('a', 'same');
    write('b', 'same');
    write('c', 'other');
    const seen: SnapshotProgress[] = [];
    expect((await take({ onProgress: (progress) => seen.push(progress) })).stats).toMatchObject({ sent: 2, sentBytes: 9, skipped: 1, hashed: 3 });
    expect(seen.at(-1)).toEqual({ phase: 'send', doneFiles: 2, totalFiles: 2, doneBytes: 9, totalBytes: 9 });
    write('d', 'new');
    expect((await take()).stats).toMatchObject({ sent: 1, sentBytes: 3, skipped: 3 });
    expect((await take()).stats).toMatchObject({ sent: 0, sentBytes: 0, skipped: 4 });
  });

  it('can be aborted', async () => {
    write('a');
    await expect(take({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
    const controller = new AbortController();
    const aborting = take({ signal: controller.signal, onProgress: () => controller.abort() });
    await expect(aborting).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('what cannot be part of a snapshot', () => {
  it('is named, all at once, with its reason', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => {
      server.listen(at('sock'), resolve);
    });
    try {
      symlinkSync('/etc/passwd', at('absolute'));
      symlinkSync('../outside', at('up'));
      symlinkSync('.', at('here'));
      symlinkSync('here/../outside', at('through'));
      writeFileSync(Buffer.concat([Buffer.from(at('bad')), Buffer.from([0xff])]), 'x');
      const error: unknown = await take().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'config-invalid', hint: expect.stringContaining('.gitignore') as string });
      const named = (error as { details: { problems: { path: string; reason: string }[] } }).details.problems;
      expect(Object.fromEntries(named.map(({ path: name, reason }) => [name, reason.replace(/, to .*/, '')]))).toEqual({
        'bad\ufffd': 'its name is not valid UTF-8',
        sock: 'it is neither a file, a folder nor a link',
        absolute: 'it is a link that leads out of the folder',
        up: 'it is a link that leads out of the folder',
        through: 'it is a link that leads out of the folder',
      });
      write('.gitignore', 'sock\nabsolute\nup\nthrough\nbad*\n');
      expect(await paths()).toEqual(['.gitignore', 'here']);
    } finally {
      server.close();
    }
  });

  it('is what this user may not read', () => {
    write('secret');
    chmodSync(at('secret'), 0);
    const script = `import { snapshotFolder } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      import { createMemoryBlobStore } from ${JSON.stringify(new URL('../blob/index.ts', import.meta.url).href)};
      ${process.getuid?.() === 0 ? 'process.setuid(65534);' : ''}
      console.log(await snapshotFolder(${JSON.stringify(at(''))}, { blobs: createMemoryBlobStore() }).catch((error) => error.code + ': ' + error.message));`;
    chmodSync(trial.root, 0o755);
    const child = spawnSync(process.execPath, ['--conditions=@destino/source', '--no-warnings', '--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(child.stdout + child.stderr).toMatch(/^config-invalid: .*"secret".*may not be read/);
  });

  it('is a file, and a folder that is not there', async () => {
    write('file');
    await expect(snapshotFolder(at('file'), { blobs: trial.blobs })).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(snapshotFolder(at('absent'), { blobs: trial.blobs })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is more than the limits allow, the largest named', async () => {
    for (let index = 0; index < 9; index += 1) write(`venv/lib/site/m${index}.py`, 'x');
    write('data/big.bin', new Uint8Array(5000));
    write('train.py');
    await expect(take({ limits: { maxFiles: 10 } })).rejects.toMatchObject({
      code: 'config-invalid',
      details: { files: 11, offenders: [{ path: 'venv/lib/site', files: 9 }, { path: 'data' }, { path: 'train.py' }] },
    });
    await expect(take({ limits: { maxBytes: 4000 } })).rejects.toMatchObject({ details: { offenders: [{ path: 'data/big.bin', sizeBytes: 5000 }, {}, {}] } });
    await expect(take({ limits: { maxFiles: 11, maxBytes: 6000 } })).resolves.toBeDefined();
  });
});

describe('a file that changes while the snapshot is taken', () => {
  /** A store during whose first question the file changes `times` times. */
  const changing = (times: number): BlobStore => {
    let left = times;
    return {
      ...trial.blobs,
      async has(hashes, o) {
        if (left > 0) appendFileSync(at('a'), 'more');
        left -= 1;
        return trial.blobs.has(hashes, o);
      },
    };
  };

  it('is read again', async () => {
    write('a', 'first');
    const { manifest } = await snapshotFolder(at(''), { blobs: changing(1) });
    expect(manifest.entries[0]?.sizeBytes).toBe(9);
    expect(await trial.blobs.has([manifest.entries[0]?.hash ?? ''])).toEqual([true]);
  });

  it('ends the attempt, named, when it goes on changing', async () => {
    write('a', 'first');
    await expect(snapshotFolder(at(''), { blobs: changing(100) })).rejects.toMatchObject({ code: 'conflict', retry: 'same', details: { path: 'a' } });
    expect((await trial.blobs.list('')).length).toBe(0);
  });
});
