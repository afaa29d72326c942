import type { Exit, ExitCause } from '@destino/core/model';
import type { Programme } from '../programme.ts';
import { runAtMs, type JobRecord } from './job-record.ts';

/** How and when one node's part ends, as far as is known now. `atMs` may be Infinity. */
export type NodeEnd = { atMs: number; exit: Exit };

type Stop = { atMs: number; graceMs: number; cause: ExitCause; message?: string };

function naturalEnd(programme: Programme, node: number, runMs: number): NodeEnd {
  const own = programme.nodes.find((entry) => entry.node === node);
  const duration = own?.durationMs ?? programme.durationMs;
  const code = own?.exitCode ?? programme.exitCode;
  const signal = own?.signal ?? programme.signal;
  const message = own?.message ?? programme.message;
  const cause = own?.cause ?? programme.cause ?? (signal === undefined ? 'exit' : 'signal');
  return {
    atMs: duration === 'endless' ? Number.POSITIVE_INFINITY : runMs + duration,
    exit: { node, cause, ...(signal === undefined ? { code } : { signal }), ...(message !== undefined && { message }) },
  };
}

function stopNode(end: NodeEnd, stop: Stop, ignoreTerm: boolean): NodeEnd {
  const atMs = ignoreTerm ? stop.atMs + stop.graceMs : stop.atMs;
  if (end.atMs <= atMs) return end;
  const message = stop.message === undefined ? {} : { message: stop.message };
  return { atMs, exit: { node: end.exit.node, cause: stop.cause, signal: ignoreTerm ? 'SIGKILL' : 'SIGTERM', ...message } };
}

function failed(exit: Exit): boolean {
  return exit.cause !== 'exit' || (exit.code ?? 0) !== 0;
}

function strike(ends: NodeEnd[], record: JobRecord): NodeEnd[] {
  return ends.map((end) => {
    const hit = record.strikes.find((each) => (each.node ?? end.exit.node) === end.exit.node && each.atMs < end.atMs);
    if (hit === undefined) return end;
    const { atMs, node: _node, ...exit } = hit;
    return { atMs, exit: { ...exit, node: end.exit.node } };
  });
}

/** The first node that fails ends the others after the grace period. */
function endGang(ends: NodeEnd[], record: JobRecord): NodeEnd[] {
  const firstMs = Math.min(...ends.filter((end) => failed(end.exit)).map((end) => end.atMs));
  if (!Number.isFinite(firstMs)) return ends;
  const stop: Stop = { atMs: firstMs, graceMs: record.spec.graceMs, cause: 'signal', message: 'ended because another node failed' };
  return ends.map((end) => stopNode(end, stop, record.programme.ignoreTerm));
}

function stopsOf(record: JobRecord, runMs: number, timeoutByTarget: boolean): Stop[] {
  const stops: Stop[] = [];
  if (timeoutByTarget && record.spec.timeoutMs !== undefined) {
    stops.push({ atMs: runMs + record.spec.timeoutMs, graceMs: record.spec.graceMs, cause: 'timeout' });
  }
  if (record.cancel !== undefined) stops.push({ ...record.cancel, cause: 'cancelled' });
  return stops.toSorted((a, b) => a.atMs - b.atMs);
}

function allNodes(record: JobRecord, atMs: number, exit: Omit<Exit, 'node'>): NodeEnd[] {
  return Array.from({ length: record.spec.resources.nodes }, (_, node) => ({ atMs, exit: { node, ...exit } }));
}

/**
 * The ends of all nodes, or undefined while the job has no slots. A claim that is lost, a cancellation before the
 * command and a failing preparation end every node before it begins.
 */
export function nodeEnds(record: JobRecord, timeoutByTarget: boolean): NodeEnd[] | undefined {
  const runMs = runAtMs(record);
  if (record.cancel !== undefined && record.cancel.atMs < (runMs ?? Number.POSITIVE_INFINITY)) {
    return allNodes(record, record.cancel.atMs, { cause: 'cancelled' });
  }
  if (runMs === undefined) return undefined;
  if (record.claim === 'lost') return allNodes(record, runMs, { cause: 'setup', code: 97, message: 'another process has claimed this key' });
  const { failsBefore } = record.programme;
  if (failsBefore !== undefined) return allNodes(record, runMs, { cause: failsBefore, message: record.programme.message ?? `the ${failsBefore} failed` });
  const natural = Array.from({ length: record.spec.resources.nodes }, (_, node) => naturalEnd(record.programme, node, runMs));
  let ends = strike(natural, record);
  for (const stop of stopsOf(record, runMs, timeoutByTarget)) ends = ends.map((end) => stopNode(end, stop, record.programme.ignoreTerm));
  return endGang(ends, record);
}

export function endedAtMs(record: JobRecord, ends: readonly NodeEnd[]): number {
  const began = ends.some((end) => end.exit.cause !== 'setup' && end.exit.cause !== 'cancelled');
  return Math.max(...ends.map((end) => end.atMs)) + (began ? record.programme.finalizeMs : 0);
}
