import type { Reason } from '@destino/core/model';
import type { Absent, RemoteJobView } from '../remote-api.ts';
import { runAtMs, type JobRecord } from './job-record.ts';
import { endedAtMs, nodeEnds, type NodeEnd } from './node-ends.ts';
import type { RemoteSettings } from './settings.ts';

/** The world's zero as the remote's clock tells it. */
const remoteEpochMs = Date.UTC(2026, 0, 1);

/** Milliseconds since 1970 on the remote's clock. */
export function remoteTimeMs(atMs: number, settings: RemoteSettings): number {
  return remoteEpochMs + settings.clockOffsetMs + atMs;
}

export function remoteTime(atMs: number, settings: RemoteSettings): string {
  return new Date(remoteTimeMs(atMs, settings)).toISOString();
}

export function absent(conclusive: boolean, code: string, text: string): Absent {
  return { seen: 'absent', conclusive, reasons: [{ code, text }] };
}

function absence(record: JobRecord, endMs: number | undefined, atMs: number, settings: RemoteSettings): Absent | undefined {
  if (record.erased !== undefined) return absent(record.erased.conclusive, 'erased', record.erased.reason);
  if (atMs < record.createdAtMs + settings.visibleAfterMs) return absent(false, 'not-visible-yet', 'nothing of that name is listed');
  if (record.releasedAtMs !== undefined && record.releasedAtMs <= atMs) return absent(settings.tombstones, 'released', 'its records were released');
  const forgottenMs = endMs === undefined || settings.forgetAfterMs === undefined ? undefined : endMs + settings.forgetAfterMs;
  if (forgottenMs !== undefined && forgottenMs <= atMs) return absent(settings.tombstones, 'forgotten', 'it ended and was forgotten');
  return undefined;
}

type Phase = Pick<Extract<RemoteJobView, { seen: 'yes' }>, 'state' | 'rawState' | 'reasons'>;

function phase(state: Phase['state'], rawState: string, ...reasons: Reason[]): Phase {
  return { state, rawState, reasons };
}

function livePhase(record: JobRecord, ends: NodeEnd[] | undefined, atMs: number, ahead: number): Phase {
  const runMs = runAtMs(record);
  if (record.cancel !== undefined && record.cancel.atMs <= atMs) return phase('cancelling', 'Terminating');
  if (record.slotAtMs === undefined || atMs < record.slotAtMs) {
    return phase('queued', 'Queued', { code: 'no-slot', text: `waits for free nodes, at most ${Math.max(0, ahead)} ahead of it` });
  }
  if (runMs === undefined || atMs < runMs) return phase('preparing', 'Preparing', { code: 'preparing', text: 'the remote prepares its nodes' });
  const nodesDone = ends !== undefined && ends.every((end) => end.atMs <= atMs);
  return nodesDone ? phase('finalizing', 'Finalizing') : phase('running', 'Running');
}

function endPhase(ends: NodeEnd[]): Phase {
  if (ends.some((end) => end.exit.cause === 'cancelled')) return phase('cancelled', 'Canceled');
  const allWell = ends.every((end) => end.exit.cause === 'exit' && (end.exit.code ?? 0) === 0);
  return allWell ? phase('succeeded', 'Completed') : phase('failed', 'Failed');
}

/** What the remote says of a record as of `atMs`, which may lie in the past: a stale read. */
export function viewJob(record: JobRecord, atMs: number, ahead: number, settings: RemoteSettings): RemoteJobView {
  const ends = nodeEnds(record, settings.timeout === 'target');
  const endMs = ends === undefined ? undefined : endedAtMs(record, ends);
  const missing = absence(record, endMs, atMs, settings);
  if (missing !== undefined) return missing;
  const over = ends !== undefined && endMs !== undefined && endMs <= atMs;
  const now = over ? endPhase(ends) : livePhase(record, ends, atMs, ahead);
  const runMs = runAtMs(record);
  const began = runMs !== undefined && runMs <= atMs && record.claim !== undefined;
  return {
    seen: 'yes',
    record: record.id,
    ...now,
    exits: over ? ends.map((end) => end.exit) : [],
    ...(began && { startedAt: remoteTime(runMs, settings) }),
    ...(over && { endedAt: remoteTime(endMs, settings) }),
  };
}
