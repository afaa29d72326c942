import { readFileSync } from 'node:fs';
import { parseRecord, type JobRecord } from '@destino/helper';
import { errnoOf } from './map-error.ts';

/** The record of a job; `undefined` where there is none. */
export function readRecord(path: string): JobRecord | undefined {
  try {
    return parseRecord(readFileSync(path, 'latin1'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
