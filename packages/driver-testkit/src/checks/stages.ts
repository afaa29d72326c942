import { equal, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';
import type { Jobs } from '@destino/core/driver';
import type { Handle, LogRecord } from '@destino/core/model';
import { linesOf, textBySource } from './log-text.ts';

const needs = { capabilities: ['jobs'] } as const;

async function cancelled(trial: Trial, jobs: Jobs, handle: Handle): Promise<void> {
  const view = await trial.end(jobs, handle);
  that(view.state === 'cancelled' || view.state === 'failed', `after the cancellation the job is ${view.state}`);
}

/** Semantics 8 and 9 at every stage of a job. */
export const stageChecks: readonly Check[] = [
  {
    id: 'cancel.at-once',
    sentence: 'cancel ends a job that was submitted a moment ago, whatever stage it is in.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 600_000 });
      await jobs.cancel(handle, { graceMs: 0 });
      await cancelled(trial, jobs, handle);
    },
  },
  {
    id: 'cancel.again',
    sentence: 'cancel may be repeated while the first still waits, and the shorter grace period holds.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'ignores-term' });
      await trial.running(jobs, handle);
      await trial.pause(300);
      await jobs.cancel(handle, { graceMs: 600_000 });
      await trial.pause(300);
      await (await trial.openJobs()).cancel(handle, { graceMs: 200 });
      await cancelled(trial, jobs, handle);
    },
  },
  {
    id: 'cancel.stubborn-tree',
    sentence: 'cancel ends by force a whole tree that ignores the request: nothing is written after the end.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'has-child', ignoresTerm: true });
      await trial.running(jobs, handle);
      await trial.pause(500);
      await jobs.cancel(handle, { graceMs: 300 });
      await cancelled(trial, jobs, handle);
      const read = async (): Promise<number> => linesOf(await trial.collect(jobs.logs(handle, { follow: false }))).length;
      const before = await read();
      await trial.pause(2_500);
      equal(await read(), before, 'the lines some time after the end');
    },
  },
  {
    id: 'logs.resume-every',
    sentence: 'From every cursor that comes while the job runs, a new reader gets exactly the bytes after it.',
    semantic: 9,
    needs: { capabilities: ['jobs'], traits: { logs: ['exact'] } },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'prints', lines: 8, everyMs: 60 });
      await trial.running(jobs, handle);
      const all: LogRecord[] = [];
      const rests: Promise<LogRecord[]>[] = [];
      for await (const record of jobs.logs(handle, { follow: true })) {
        all.push(record);
        const reading = trial.collect((await trial.openJobs()).logs(handle, { follow: true, since: record.cursor }));
        reading.catch(() => undefined);
        rests.push(reading);
      }
      for (const [place, rest] of rests.entries()) equal(textBySource(await rest), textBySource(all.slice(place + 1)), `the log after record ${place + 1} of ${all.length}`);
    },
  },
];
