import { logRecordSchema, type LogRecord } from '@destino/core/model';
import { equal, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import { hasGap, linesOf, numberedLines, textBySource } from './log-text.ts';

const needs = { capabilities: ['jobs'] } as const;
const exact = { capabilities: ['jobs'], traits: { logs: ['exact'] } } as const;
const lines = 200;

/** Lines may be missing only where a gap tells of it; none is repeated, none out of order. */
function losesNothingSilently(records: readonly LogRecord[], count: number): void {
  const seen = linesOf(records).filter((line) => /^line \d+$/.test(line));
  if (!hasGap(records)) equal(seen, numberedLines(count), 'the lines without a gap');
  const numbers = seen.map((line) => Number(line.slice(5)));
  that(numbers.every((value, index) => index === 0 || value > (numbers[index - 1] ?? 0)), 'lines are repeated or out of order');
}

/** Semantic 9. */
export const logChecks: readonly Check[] = [
  {
    id: 'logs.whole',
    sentence: 'The log has every line in order, or tells what is lost as a gap.',
    semantic: 9,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'prints', lines });
      await trial.end(jobs, handle);
      const records = await trial.collect(jobs.logs(handle, { follow: true }));
      for (const record of records) that(logRecordSchema.safeParse(record).success, `not a log record: ${JSON.stringify(record)}`);
      losesNothingSilently(records, lines);
      if (trial.subject.driver.traits.logs === 'exact') that(!hasGap(records), 'a gap, though logs is exact');
    },
  },
  {
    id: 'logs.follow-ends',
    sentence: 'A follower from the start of the job sees all, and ends by itself after the last byte.',
    semantic: 9,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'prints', lines: 5, everyMs: 100 });
      await trial.running(jobs, handle);
      const records = await trial.collect(jobs.logs(handle, { follow: true }));
      losesNothingSilently(records, 5);
      equal((await trial.end(jobs, handle)).state, 'succeeded', 'the state when the follower ended');
    },
  },
  {
    id: 'logs.resume',
    sentence: 'From every cursor, in another process, come exactly the bytes after it.',
    semantic: 9,
    needs: exact,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'prints', lines: 20 });
      await trial.end(jobs, handle);
      const all = await trial.collect(jobs.logs(handle, { follow: true }));
      const other = await trial.openJobs();
      const places = all.length <= 10 ? all.keys() : [0, 1, all.length >> 1, all.length - 2, all.length - 1];
      for (const place of places) {
        const rest = await trial.collect(other.logs(handle, { follow: true, since: all[place]?.cursor ?? '' }));
        equal(textBySource(rest), textBySource(all.slice(place + 1)), `the log after record ${place + 1} of ${all.length}`);
      }
    },
  },
  {
    id: 'logs.resume-running',
    sentence: 'A reader that comes back while the job runs misses nothing and sees nothing twice.',
    semantic: 9,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'prints', lines: 6, everyMs: 100 });
      await trial.running(jobs, handle);
      const first: LogRecord[] = [];
      for await (const record of jobs.logs(handle, { follow: true })) {
        first.push(record);
        if (first.length === 2) break;
      }
      const cursor = first.at(-1)?.cursor;
      const rest = await trial.collect((await trial.openJobs()).logs(handle, { follow: true, ...(cursor !== undefined && { since: cursor }) }));
      losesNothingSilently([...first, ...rest], 6);
    },
  },
  {
    id: 'logs.at-end',
    sentence: 'From the last cursor of a finished job comes nothing, and the stream ends.',
    semantic: 9,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'succeeds' });
      await trial.end(jobs, handle);
      const cursor = (await trial.collect(jobs.logs(handle, { follow: true }))).at(-1)?.cursor;
      that(cursor !== undefined, 'the log has no record');
      const rest = await trial.collect(jobs.logs(handle, { follow: true, since: cursor }));
      equal(linesOf(rest), [], 'the lines after the end');
    },
  },
  {
    id: 'logs.no-follow',
    sentence: 'Without follow the stream ends at what there is, though the job runs on.',
    semantic: 9,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 600_000 });
      await trial.running(jobs, handle);
      await trial.collect(jobs.logs(handle, { follow: false }));
      const view = await trial.inspect(jobs, handle);
      that(view.seen === 'yes' && view.state === 'running', `the job is ${JSON.stringify(view)}`);
    },
  },
  {
    id: 'logs.leave',
    sentence: 'A reader may leave in the middle, and the target goes on working.',
    semantic: 9,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'prints', lines });
      await trial.end(jobs, handle);
      for await (const record of jobs.logs(handle, { follow: true })) if (record.source !== '') break;
      losesNothingSilently(await trial.collect(jobs.logs(handle, { follow: true })), lines);
    },
  },
  {
    id: 'logs.as-it-goes',
    sentence: 'A follower sees the first line while the job still runs.',
    semantic: 9,
    needs: exact,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 600_000 });
      await trial.running(jobs, handle);
      for await (const record of jobs.logs(handle, { follow: true })) {
        equal(linesOf([record]), ['line 1'], 'the first record');
        break;
      }
      const view = await trial.inspect(jobs, handle);
      that(view.seen === 'yes' && view.state === 'running', `the job is ${JSON.stringify(view)}`);
    },
  },
  {
    id: 'logs.sources',
    sentence: 'Each node of a job writes under a source of its own.',
    semantic: 9,
    needs: { capabilities: ['jobs', 'jobs.multi-node'] },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'gang', nodes: 2 });
      await trial.end(jobs, handle);
      const texts = textBySource(await trial.collect(jobs.logs(handle, { follow: true })));
      const ranks = Object.values(texts).map((text) => text.match(/rank \d/g));
      equal(ranks.map((found) => found?.length), [1, 1], 'one rank in each of two sources');
    },
  },
];
