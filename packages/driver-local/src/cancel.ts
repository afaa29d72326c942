import { closeSync, existsSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { JobServer } from './job-server.ts';
import type { JobFiles } from './layout.ts';
import { errnoOf } from './map-error.ts';
import { readRecord } from './record-file.ts';

type Ending = { key: string; files: JobFiles; graceMs: number; wallMs: number; server: JobServer };

/**
 * Asks for the end of a job. One that waits ends here and now: whoever creates the claim decides. One that runs is
 * ended by the helper, in a process of its own that outlives this one.
 */
export async function cancelJob({ key, files, graceMs, wallMs, server }: Ending): Promise<void> {
  const record = readRecord(files.record);
  if (record === undefined || record.ended !== undefined || existsSync(files.released)) return;
  create(files.ending, `cancelled ${Math.round(graceMs)}\n`);
  if (record.claimed === undefined && create(files.claim, '')) {
    endUnbegun(files.record, wallMs);
    await rm(files.secrets, { force: true });
    return;
  }
  await server.beginEnd(key, graceMs);
}

/** True when the file was not there before. */
function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    rmSync(path, { force: true }); // half a word on a full disk would be taken for a request
    throw error;
  }
}

/** In place, over the blank record: it fits on a full disk. */
function endUnbegun(path: string, wallMs: number): void {
  const record = openSync(path, 'r+');
  try {
    writeSync(record, `ended - - cancelled ${Math.round(wallMs)} - .\n`, 0);
  } finally {
    closeSync(record);
  }
}
