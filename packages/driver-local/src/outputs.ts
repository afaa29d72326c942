import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readFile, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CallOptions } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { OutputFile } from '@destino/core/model';
import { parseAbout } from './about.ts';
import type { JobFiles } from './layout.ts';
import { errnoOf, heed } from './map-error.ts';

/** Every regular file of every output, in path order. Symbolic links are not followed: they may lead anywhere. */
export async function* listOutputs(files: JobFiles, options: CallOptions): AsyncIterable<OutputFile> {
  heed(options);
  for (const [output, root] of Object.entries(await outputRoots(files))) {
    if (!isAbsolute(root)) continue;
    for await (const path of walk(root, '')) {
      heed(options);
      const file = path === '' ? root : join(root, path);
      const { hash, sizeBytes } = await digest(file);
      yield { output, path: path === '' ? output : path, sizeBytes, hash, kept: 'target', uri: pathToFileURL(file).href };
    }
  }
}

async function outputRoots(files: JobFiles): Promise<Record<string, string>> {
  try {
    return parseAbout(await readFile(files.about, 'utf8'))?.outputs ?? {};
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return {};
    throw error;
  }
}

/** Paths below `root`, with `/` between names; the empty one when the root is itself a file. */
async function* walk(root: string, below: string): AsyncIterable<string> {
  const here = below === '' ? root : join(root, below);
  const stat = await lstat(here).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (stat?.isFile() === true) yield below;
  if (stat?.isDirectory() !== true) return;
  for (const name of (await readdir(here)).toSorted()) yield* walk(root, below === '' ? name : `${below}/${name}`);
}

async function digest(file: string): Promise<{ hash: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { hash: hash.digest('hex'), sizeBytes };
}

/** Bytes of one listed file. @throws `not-found`; `forbidden` for a path that leads out of its output. */
export async function* readOutput(files: JobFiles, file: OutputFile, options: CallOptions & { from?: number }): AsyncIterable<Uint8Array> {
  heed(options);
  const root = (await outputRoots(files))[file.output];
  if (root === undefined) throw new DestinoError('not-found', `the job has no output '${file.output}'`);
  const path = await placeOf(root, file);
  for await (const chunk of createReadStream(path, { start: options.from ?? 0 }) as AsyncIterable<Buffer>) {
    heed(options);
    yield chunk;
  }
}

async function placeOf(root: string, file: OutputFile): Promise<string> {
  const isFile = (await lstat(root).catch(() => undefined))?.isFile() === true;
  const wanted = isFile && file.path === file.output ? root : join(root, file.path);
  try {
    const [realRoot, real] = [await realpath(root), await realpath(wanted)];
    const way = relative(realRoot, real);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
      throw new DestinoError('forbidden', `'${file.path}' leads out of the output '${file.output}'`);
    }
    return real;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') throw new DestinoError('not-found', `the output '${file.output}' has no file '${file.path}'`, { cause: error });
    throw error;
  }
}
