import type { CallOptions, Staging } from '@destino/core/driver';
import { isDestinoError } from '@destino/core/errors';
import type { OutputFile } from '@destino/core/model';
import { parseRecord, type JobRecord } from '../record.ts';
import { stagedJobFolder } from './urls.ts';

/** One pushed output file; its bytes lie in the place `outputs` from `offsetBytes` on. */
export type PushedOutput = OutputFile & { offsetBytes: number };

/** Reads the index of pushed outputs. Lines that are none are left out. */
export function parseOutputsIndex(text: string): PushedOutput[] {
  let offsetBytes = 0;
  const files: PushedOutput[] = [];
  for (const line of text.split('\n')) {
    const [, output, size, hash, path] = /^(\S+) (\d+) ([0-9a-f]{64}|-) (.+)$/.exec(line) ?? [];
    if (output === undefined || size === undefined || path === undefined) continue;
    files.push({ output, path, sizeBytes: Number(size), kept: 'target', offsetBytes, ...(hash !== '-' && hash !== undefined && { hash }) });
    offsetBytes += Number(size);
  }
  return files;
}

/** The record as the helper has pushed it; `undefined` before the first. */
export async function readPushedRecord(staging: Staging, key: string, options: CallOptions = {}): Promise<JobRecord | undefined> {
  const text = await readPlace(staging, `${stagedJobFolder(key)}/record`, options);
  return text === undefined ? undefined : parseRecord(text);
}

/** The files that a job left, once `pushed` stands in its record. */
export async function readPushedOutputs(staging: Staging, key: string, options: CallOptions = {}): Promise<PushedOutput[]> {
  return parseOutputsIndex((await readPlace(staging, `${stagedJobFolder(key)}/outputs-index`, options)) ?? '');
}

/** Bytes of one pushed file, from an offset on. */
export async function* readPushedOutput(staging: Staging, key: string, file: PushedOutput, options: CallOptions & { from?: number } = {}): AsyncGenerator<Uint8Array> {
  const from = options.from ?? 0;
  let roomBytes = file.sizeBytes - from;
  if (roomBytes <= 0) return;
  for await (const chunk of staging.read(`${stagedJobFolder(key)}/outputs`, { ...options, from: file.offsetBytes + from })) {
    yield chunk.subarray(0, roomBytes);
    roomBytes -= chunk.length;
    if (roomBytes <= 0) return;
  }
}

async function readPlace(staging: Staging, path: string, options: CallOptions): Promise<string | undefined> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of staging.read(path, options)) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    if (isDestinoError(error, 'not-found')) return undefined;
    throw error;
  }
}
