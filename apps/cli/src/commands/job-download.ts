import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { safeJoin, sizeText, type Destino, type Job } from '@destino/runtime';
import { DestinoError } from '@destino/core/errors';
import { findJob } from '../find-job.ts';
import { textArgument, textOption } from '../given.ts';
import type { Run } from '../table/command.ts';

type OutputFile = Job['outputs'][number];

/** Brings outputs of a job into a folder of this machine: whole files, never outside of the folder. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const job = await findJob(destino, textArgument(given, 'name'));
  const output = textArgument(given, 'output');
  const files = job.outputs.filter((file) => output === undefined || file.output === output);
  if (files.length === 0) throw noOutput(job, output);
  const folder = resolve(textOption(given, 'to') ?? job.name);
  let sizeBytes = 0;
  for (const file of files) {
    const place = safeJoin(folder, output === undefined ? `${file.output}/${file.path}` : file.path);
    await fetchFile(destino, job, file, place);
    sizeBytes += file.sizeBytes;
  }
  if (console.json) console.object({ schemaVersion: 1, job: job.name, folder, files: files.map((file) => ({ output: file.output, path: file.path, sizeBytes: file.sizeBytes })) });
  else console.line(console.quiet ? folder : `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${sizeText(sizeBytes)} in ${folder}`);
};

function noOutput(job: Job, output: string | undefined): DestinoError {
  const names = [...new Set(job.outputs.map((file) => file.output))];
  const what = output === undefined ? 'no outputs' : `no output '${output}'`;
  return new DestinoError('not-found', `job ${job.name} (${job.state}) has ${what}`, { hint: names.length > 0 ? `it has: ${names.join(', ')}` : `destino job show ${job.name}` });
}

async function fetchFile(destino: Destino, job: Job, file: OutputFile, place: string): Promise<void> {
  if ((await stat(place).catch(() => undefined))?.isDirectory() === true) throw new DestinoError('conflict', `a folder stands where ${file.path} should go: ${place}`, { hint: 'give another folder: --to FOLDER' });
  await mkdir(dirname(place), { recursive: true });
  const aside = join(dirname(place), `.${basename(place)}.${destino.clock.wallMs()}`);
  try {
    await pipeline(bytesOf(destino, job, file), createWriteStream(aside, { flags: 'wx' }));
    await rename(aside, place);
  } finally {
    await rm(aside, { force: true });
  }
}

function bytesOf(destino: Destino, job: Job, file: OutputFile): AsyncIterable<Uint8Array> {
  if (file.kept === 'workspace' && file.hash !== undefined) return destino.engine.output(file.hash);
  if (file.uri?.startsWith('file:') === true) return createReadStream(fileURLToPath(file.uri)) as AsyncIterable<Uint8Array>;
  throw new DestinoError('unsupported', `the file ${file.path} of ${job.name} stays on ${job.target ?? 'its target'}${file.uri === undefined ? '' : `: ${file.uri}`}`, { hint: 'fetch it from there with the tools of the target' });
}
