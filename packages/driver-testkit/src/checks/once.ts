import type { Jobs } from '@destino/core/driver';
import type { Handle } from '@destino/core/model';
import { equal, present, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';
import { linesOf } from './log-text.ts';

const kept = { capabilities: ['jobs'], traits: { once: ['remote', 'guarded'] } } as const;

/** Exactly one run: by the subject's count where it has one, and by what the job printed. */
export async function ranOnce(trial: Trial, jobs: Jobs, handle: Handle, key: string): Promise<void> {
  const view = await trial.end(jobs, handle);
  equal(view.state, 'succeeded', 'the state');
  await trial.pause(200);
  const starts = await trial.subject.startsOf?.(key);
  that(starts === undefined || starts === 1, `the command began ${starts} times`);
  equal(linesOf(await trial.collect(jobs.logs(handle, { follow: true }))), ['line 1'], 'what the job printed');
}

async function found(trial: Trial, jobs: Jobs, key: string): Promise<Handle> {
  const answer = await trial.until(() => jobs.find(key), (seen) => seen.found, `finding the key '${key}'`);
  that(answer.found, 'not found');
  return answer.handle;
}

/** Semantics 2 and 3: one key, one effect; and finding it again. */
export const onceChecks: readonly Check[] = [
  {
    id: 'once.same-key',
    sentence: 'The same key again answers a handle of the same job, which runs once.',
    semantic: 2,
    needs: kept,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const { key } = trial.effect();
      const first = await trial.submit(jobs, { does: 'succeeds' }, key);
      const second = await trial.submit(jobs, { does: 'succeeds' }, key);
      // Where what was made shows late, a guarded creation may have a second record, whose claim is lost.
      const { once, settleMs } = trial.subject.driver.traits;
      if (once === 'remote' || settleMs === 0) equal(second.id, first.id, 'the id of the second handle');
      await trial.end(jobs, second);
      await ranOnce(trial, jobs, first, key);
    },
  },
  {
    id: 'once.two-processes',
    sentence: 'The same key from two processes at once runs once, and both handles tell of it.',
    semantic: 2,
    needs: kept,
    run: async (trial) => {
      const [a, b] = [await trial.openJobs(), await trial.openJobs()];
      const { key } = trial.effect();
      const [first, second] = await Promise.all([trial.submit(a, { does: 'succeeds' }, key), trial.submit(b, { does: 'succeeds' }, key)]);
      await ranOnce(trial, a, first, key);
      await ranOnce(trial, b, second, key);
    },
  },
  {
    id: 'once.after-end',
    sentence: 'The same key after the job ended does not run it again.',
    semantic: 2,
    needs: kept,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const { key } = trial.effect();
      await trial.end(jobs, await trial.submit(jobs, { does: 'succeeds' }, key));
      await ranOnce(trial, jobs, await trial.submit(await trial.openJobs(), { does: 'succeeds' }, key), key);
    },
  },
  {
    id: 'once.after-cancel',
    sentence: 'A submission that arrives after its key was cancelled begins nothing.',
    semantic: 2,
    needs: kept,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const { key } = trial.effect();
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 600_000 }, key);
      await trial.running(jobs, handle);
      await jobs.cancel(handle, { graceMs: 0 });
      await trial.end(jobs, handle);
      const late = await trial.submit(await trial.openJobs(), { does: 'sleeps', ms: 600_000 }, key);
      await trial.end(jobs, late);
      const starts = await trial.subject.startsOf?.(key);
      that(starts === undefined || starts === 1, `the command began ${starts} times`);
    },
  },
  {
    id: 'once.lost-answer',
    sentence: 'After an answer that was lost, the same key again runs nothing more.',
    semantic: 2,
    needs: { ...kept, tools: ['interposer'] },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const { key } = trial.effect();
      present(trial.subject.interposer, 'the interposer').loseNextAnswer('jobs.submit');
      const lost = await jobs.submit(trial.subject.makeJob({ does: 'succeeds' }), { key, fence: 1 }).then(
        () => false,
        () => true,
      );
      that(lost, 'the submission must reject when its answer is lost');
      await trial.pause(trial.subject.driver.traits.settleMs);
      await ranOnce(trial, jobs, await trial.submit(jobs, { does: 'succeeds' }, key), key);
    },
  },
  {
    id: 'once.other-key',
    sentence: 'Another key is another job, though all else is equal.',
    semantic: 2,
    needs: { capabilities: ['jobs'] },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const [one, two] = [trial.effect().key, trial.effect().key];
      const first = await trial.submit(jobs, { does: 'succeeds' }, one);
      const second = await trial.submit(jobs, { does: 'succeeds' }, two);
      that(JSON.stringify(first) !== JSON.stringify(second), 'two keys have the same handle');
      await ranOnce(trial, jobs, first, one);
      await ranOnce(trial, jobs, second, two);
    },
  },
  {
    id: 'find.finds',
    sentence: 'find answers, from another process, a handle of the job submitted under the key.',
    semantic: 3,
    needs: { capabilities: ['jobs'] },
    run: async (trial) => {
      const { key } = trial.effect();
      await trial.submit(await trial.openJobs(), { does: 'fails', exitCode: 9 }, key);
      const other = await trial.openJobs();
      const view = await trial.end(other, await found(trial, other, key));
      equal(view.exits[0]?.code, 9, 'the exit code');
    },
  },
  {
    id: 'find.absent',
    sentence: 'find of a key never used answers that there is none, and starts nothing.',
    semantic: 3,
    needs: { capabilities: ['jobs'] },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const { key } = trial.effect();
      equal((await jobs.find(key)).found, false, 'found');
      await trial.pause(100);
      equal((await jobs.find(key)).found, false, 'found the second time');
    },
  },
  {
    id: 'find.inconclusive',
    sentence: 'find is sure of an absence only where what was just made is visible at once.',
    semantic: 3,
    needs: { capabilities: ['jobs'] },
    run: async (trial) => {
      const answer = await (await trial.openJobs()).find(trial.effect().key);
      const sure = !answer.found && answer.conclusive;
      that(!sure || trial.subject.driver.traits.settleMs === 0, `find is sure, though settleMs is ${trial.subject.driver.traits.settleMs}`);
    },
  },
];
