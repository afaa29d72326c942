import { DestinoError } from '@destino/core/errors';
import type { JobRef, LogOffsets, LogSlice, RemoteApi } from '../remote-api.ts';
import { runAtMs, type JobRecord } from './job-record.ts';
import type { JobScheduler } from './job-scheduler.ts';
import { produceLines, sliceLog, type ProducedLine } from './log-production.ts';
import { nodeEnds } from './node-ends.ts';
import type { RemoteSettings } from './settings.ts';

/** Every line that a record's nodes wrote by `nowMs`. */
export function recordLines(record: JobRecord, nowMs: number, settings: RemoteSettings): ProducedLine[] {
  const runMs = runAtMs(record);
  if (runMs === undefined || runMs > nowMs || record.claim !== 'won' || record.programme.failsBefore !== undefined) return [];
  const ends = nodeEnds(record, settings.timeout === 'target') ?? [];
  const writers = ends.map((end) => ({ source: `node-${end.exit.node}`, node: end.exit.node, fromMs: runMs, untilMs: end.atMs }));
  return produceLines(record.programme.log, writers, nowMs, record.secretLengths);
}

export function readJobLog(record: JobRecord, ask: { since: LogOffsets; maxBytes: number }, nowMs: number, settings: RemoteSettings, scheduler: JobScheduler): LogSlice {
  const endMs = scheduler.endOf(record);
  const windowBytes = settings.logs === 'gaps' ? settings.logWindowBytes : undefined;
  return sliceLog(recordLines(record, nowMs, settings), endMs !== undefined && endMs <= nowMs, { ...ask, windowBytes });
}

/** Outputs are there once the job has ended by itself. */
export function outputsApi(
  need: (ref: JobRef) => JobRecord,
  now: () => number,
  scheduler: JobScheduler,
): Pick<RemoteApi, 'listOutputs' | 'readOutput'> {
  const left = (ref: JobRef): JobRecord['programme']['outputs'] => {
    const record = need(ref);
    const endMs = scheduler.endOf(record);
    const ran = record.claim === 'won' && record.programme.failsBefore === undefined;
    return ran && endMs !== undefined && endMs <= now() ? record.programme.outputs : [];
  };
  return {
    listOutputs: ({ ref }) => left(ref).map(({ output, path, text }) => ({ output, path, sizeBytes: Buffer.byteLength(text), kept: 'target' })),
    readOutput: ({ ref, output, path, from }) => {
      const file = left(ref).find((each) => each.output === output && each.path === path);
      if (file === undefined) throw new DestinoError('not-found', `the job '${ref.record}' left no file '${path}' in '${output}'`);
      return new TextEncoder().encode(file.text).subarray(from);
    },
  };
}
