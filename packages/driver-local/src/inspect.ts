import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Exit, Handle, JobInspection, JobView, Reason } from '@destino/core/model';
import { errorToData } from '@destino/core/errors';
import { mapCause, mapState, type JobRecord } from '@destino/helper';
import { readHandle, type LocalState } from './handle.ts';
import { jobFiles, type JobFiles } from './layout.ts';
import type { Machine } from './machine.ts';
import { errnoOf, mapError } from './map-error.ts';
import type { QueueView } from './queue-view.ts';
import { readRecord } from './record-file.ts';

/** How soon a waiting job is worth another look, by its place in the queue. */
const quickestPollMs = 10;
const slowestPollMs = 1000;

/** A claim is followed by its record at once; a claimant may sleep in between, so that this is no proof. */
const claimPatienceMs = 30_000;

/** What a look at a job needs beside its files. */
export type Surroundings = { machine: Machine; queue(): QueueView; wallMs(): number };

const starting: Reason = { code: 'starting', text: 'its process is being started' };

/** A few file reads for each handle, and one listing of the queue where one waits; starts no process. */
export function inspectJob(handle: Handle, around: Surroundings): JobInspection {
  try {
    const state = readHandle(handle);
    return look(state, jobFiles(state.folder), around);
  } catch (error) {
    return { seen: 'unknown', error: errorToData(mapError(error, `look at the job ${handle.id}`)) };
  }
}

function look(state: LocalState & { key: string }, files: JobFiles, around: Surroundings): JobInspection {
  const { machine } = around;
  const record = readRecord(files.record);
  if (existsSync(files.released)) return absent(true, 'released', 'its folder was released');
  if (record === undefined) return absent(true, 'no-folder', `there is no ${files.record}`);
  if (record.ended !== undefined) return endedView(record, record.ended, files);
  if (state.bootId !== machine.bootId) return absent(true, 'rebooted', 'this machine was started anew since');
  return record.claimed === undefined ? unclaimedView(state.key, files, around) : claimedView(record, files, machine);
}

function claimedView(record: JobRecord, files: JobFiles, machine: Machine): JobInspection {
  const { claimed, running } = record;
  const cancelling = existsSync(files.ending);
  const startedAt = running === undefined ? {} : { startedAt: iso(running.atMs) };
  const view = { seen: 'yes' as const, exits: [], ...startedAt };
  if (claimed !== undefined && machine.alive(claimed.pid, claimed.start)) {
    if (running === undefined) return { ...view, state: 'preparing', rawState: 'claimed', reasons: [starting] };
    const preparing = cancelling ? undefined : textOf(files.preparing);
    if (preparing !== undefined) return { ...view, state: 'preparing', rawState: 'preparing', reasons: [{ code: 'environment', text: preparing }] };
    return { ...view, state: cancelling ? 'cancelling' : 'running', rawState: cancelling ? 'ending' : 'running', reasons: [] };
  }
  if (running !== undefined && machine.alive(running.pid, running.start)) {
    const text = 'the process beside it was killed: it runs on, and its exit code will not be known';
    return { ...view, state: cancelling ? 'cancelling' : 'running', rawState: 'unattended', reasons: [{ code: 'unattended', text }] };
  }
  const last = readRecord(files.record); // it may have ended between the two looks
  if (last?.ended !== undefined) return endedView(last, last.ended, files);
  return absent(true, 'killed', 'its process and the one beside it are gone, without an exit record');
}

function endedView(record: JobRecord, ended: NonNullable<JobRecord['ended']>, files: JobFiles): JobView {
  const { cause, message } = mapCause(ended);
  const told = message ?? (cause === 'setup' ? textOf(join(files.folder, 'setup')) : undefined);
  const exit: Exit = {
    node: 0,
    cause,
    ...(ended.code !== undefined && { code: ended.code }),
    ...(ended.signal !== undefined && { signal: `SIG${ended.signal}` }),
    ...(told !== undefined && { message: told }),
  };
  const fix = ended.note === 'disk-full' || ended.note === 'no-log' ? { fix: 'free space: destino prune' } : {};
  const reasons: Reason[] = told === undefined ? [] : [{ code: ended.note ?? cause, text: told, ...fix }];
  const startedAt = record.running === undefined ? {} : { startedAt: iso(record.running.atMs) };
  return { seen: 'yes', state: mapState(ended), rawState: `ended: ${ended.cause}`, reasons, exits: [exit], ...startedAt, endedAt: iso(ended.atMs) };
}

/** The words of a file, `undefined` when it is not there. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function unclaimedView(key: string, files: JobFiles, around: Surroundings): JobInspection {
  const place = existsSync(files.claim) ? undefined : around.queue().place(key);
  if (place === undefined) {
    const again = readRecord(files.record); // it may have begun, even ended, between the two looks
    if (again?.ended !== undefined) return endedView(again, again.ended, files);
    if (again?.claimed !== undefined) return claimedView(again, files, around.machine);
    const claimedForMs = claimAge(files.claim, around.wallMs());
    if (claimedForMs === undefined) return absent(false, 'no-ticket', 'it is not in the queue of this machine');
    if (claimedForMs > claimPatienceMs) return absent(false, 'claim-without-word', 'it was claimed, and whoever claimed it has said nothing since');
    return { seen: 'yes', state: 'preparing', rawState: 'claimed', reasons: [starting], exits: [] };
  }
  const pollAfterMs = Math.min(slowestPollMs, Math.max(quickestPollMs, place.before * 2));
  return { seen: 'yes', state: 'queued', rawState: 'queued', reasons: place.reasons, exits: [], pollAfterMs };
}

function claimAge(path: string, nowMs: number): number | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : nowMs - stat.mtimeMs;
}

function absent(conclusive: boolean, code: string, text: string): JobInspection {
  return { seen: 'absent', conclusive, reasons: [{ code, text }] };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
