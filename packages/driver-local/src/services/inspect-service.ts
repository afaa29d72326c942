import { existsSync } from 'node:fs';
import { errorToData } from '@destino/core/errors';
import type { Handle, Reason, ServiceInspection, ServiceView } from '@destino/core/model';
import type { JobRecord } from '@destino/helper';
import { readHandle } from '../handle.ts';
import { jobFiles, type JobFiles } from '../layout.ts';
import type { LocalMachine } from '../local-machine.ts';
import { mapError } from '../map-error.ts';
import { readRecord } from '../record-file.ts';
import { revisionsOf } from './revisions.ts';
import { statusOf } from './service-files.ts';

const soonMs = 200;
const starting: Reason = { code: 'starting', text: 'its host is being started' };

/** A few file reads; starts no process. */
export function inspectService(handle: Handle, here: LocalMachine): ServiceInspection {
  try {
    const { key, folder, bootId } = readHandle(handle);
    return look(key, jobFiles(folder), bootId, here);
  } catch (error) {
    return { seen: 'unknown', error: errorToData(mapError(error, `look at the service ${handle.id}`)) };
  }
}

function look(key: string, files: JobFiles, bootId: string, here: LocalMachine): ServiceInspection {
  const record = readRecord(files.record);
  if (record === undefined) return absent('no-folder', `there is no ${files.record}`);
  const removing = existsSync(files.released);
  if (record.ended !== undefined) return removing ? absent('undeployed', 'it was undeployed') : ended(record.ended, files);
  if (bootId !== here.machine.bootId) return absent('rebooted', 'this machine was started anew since');
  const revision = revisionsOf(files.folder).at(-1) ?? 1;
  const none = { want: 0, ready: 0, failed: 0, unreachable: 0 };
  const view = { seen: 'yes' as const, revision, copies: none };
  if (removing) return { ...view, state: 'removing', rawState: 'undeploying', reasons: [{ code: 'draining', text: 'requests in flight are being answered' }], pollAfterMs: soonMs };
  if (record.claimed === undefined) {
    const place = existsSync(files.claim) ? undefined : here.queue().place(key);
    return { ...view, state: 'deploying', rawState: 'queued', reasons: place?.reasons ?? [starting], pollAfterMs: soonMs };
  }
  if (!lives(record, here)) return absent('killed', 'its process and the one beside it are gone, without an exit record');
  return running(files, revision, view);
}

function running(files: JobFiles, newest: number, view: Pick<ServiceView, 'seen' | 'revision' | 'copies'>): ServiceView {
  const status = statusOf(files.folder);
  if (status === undefined || status.wanted < newest) {
    const revision = status?.revision ?? newest;
    const copies = status === undefined ? view.copies : { ...status.copies, unreachable: 0 };
    return { ...view, revision, copies, state: status?.revision === undefined ? 'deploying' : 'updating', rawState: 'starting', reasons: [starting], pollAfterMs: soonMs };
  }
  const { state, rawState, reasons, copies } = status;
  const settled = state === 'healthy' || state === 'failed';
  const told = reasons.map(({ code, text, fix }) => ({ code, text, ...(fix !== undefined && { fix }) }));
  return { ...view, revision: status.revision ?? status.wanted, copies: { ...copies, unreachable: 0 }, state, rawState, reasons: told, ...(!settled && { pollAfterMs: soonMs }) };
}

function ended({ cause, code, signal }: NonNullable<JobRecord['ended']>, files: JobFiles): ServiceView {
  const how = signal === undefined ? `with exit code ${code ?? 'unknown'}` : `by SIG${signal}`;
  const reason = { code: 'host-ended', text: `its host ended ${how} (${cause})`, fix: 'see its log, and deploy it again' };
  return { seen: 'yes', revision: revisionsOf(files.folder).at(-1) ?? 1, state: 'failed', rawState: `ended: ${cause}`, reasons: [reason], copies: { want: 0, ready: 0, failed: 0, unreachable: 0 } };
}

/** Whether the helper's process beside it, or its own first one, is there. */
export function lives(record: JobRecord, { machine }: LocalMachine): boolean {
  return [record.claimed, record.running].some((process) => process !== undefined && machine.alive(process.pid, process.start));
}

function absent(code: string, text: string): ServiceInspection {
  return { seen: 'absent', conclusive: true, reasons: [{ code, text }] };
}
