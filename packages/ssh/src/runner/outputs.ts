import { createHash } from 'node:crypto';
import type { CallOptions } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { OutputFile } from '@destino/core/model';
import type { FarSide } from '../far/far-side.ts';
import { parseAbout, type About } from './about.ts';

/** Every regular file of every output, in path order, hashed there. */
export async function* listOutputs(far: FarSide, key: string, options: CallOptions): AsyncIterable<OutputFile> {
  const places = Object.entries((await aboutOf(far, key, options))?.outputs ?? {}).filter(([, place]) => place.startsWith('/') && !place.includes('\n'));
  const found: OutputFile[] = [];
  const answer = await far.call('outputs', [key], { ...options, input: places.map(([, place]) => `${place}\n`).join('') });
  for (const record of answer.toString('utf8').split('\0')) {
    const [, hash = '-', sizeBytes, number, path = ''] = /^(\S+) (\d+) (\d+) (.*)$/s.exec(record) ?? [];
    const output = places[Number(number) - 1]?.[0];
    if (output === undefined) continue;
    found.push({ output, path: path === '' ? output : path, sizeBytes: Number(sizeBytes), kept: 'target', ...(hash !== '-' && { hash }) });
  }
  const order = new Map(places.map(([name], index) => [name, index]));
  yield* found.toSorted((a, b) => (order.get(a.output) ?? 0) - (order.get(b.output) ?? 0) || (a.path < b.path ? -1 : 1));
}

async function aboutOf(far: FarSide, key: string, options: CallOptions): Promise<About | undefined> {
  return parseAbout((await far.call('about', [key], options)).toString('utf8'));
}

/** Bytes of one listed file, checked against its hash where they are read from the start. @throws `not-found`, `forbidden`. */
export async function* readOutput(far: FarSide, key: string, file: OutputFile, { from = 0, ...options }: CallOptions & { from?: number }): AsyncIterable<Uint8Array> {
  const place = (await aboutOf(far, key, options))?.outputs[file.output];
  if (place === undefined) throw new DestinoError('not-found', `the job has no output '${file.output}'`);
  if (file.path.split('/').includes('..') || file.path.includes('\n') || file.path.startsWith('/')) throw new DestinoError('forbidden', `'${file.path}' leads out of the output '${file.output}'`);
  const digest = createHash('sha256');
  let head = Buffer.alloc(0);
  let begun = false;
  // The path of an output that is itself a file is the output's name: there the folder decides.
  const input = `${place}\n${file.path}\n`;
  for await (const chunk of far.stream('read', [from], { ...options, input })) {
    if (begun) {
      digest.update(chunk);
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(10);
    if (end < 0) continue;
    if (head.subarray(0, end).toString('latin1') !== 'data') continue; // trouble, told when the stream ends
    begun = true;
    const rest = head.subarray(end + 1);
    digest.update(rest);
    if (rest.length > 0) yield rest;
  }
  if (from === 0 && file.hash !== undefined && digest.digest('hex') !== file.hash) {
    throw new DestinoError('unavailable', `'${file.path}' has changed while it was read`, { hint: 'try again' });
  }
}
