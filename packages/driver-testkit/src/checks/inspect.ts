import { handleSchema, isTerminalJobState, isWaitingJobState, jobInspectionSchema, maxHandleBytes } from '@destino/core/model';
import { equal, survivesJson, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';

const needs = { capabilities: ['jobs'] } as const;

/** Handles and what is seen by them. */
export const inspectChecks: readonly Check[] = [
  {
    id: 'handle.other-process',
    sentence: 'A handle that went through JSON works in another process after the first one is gone.',
    semantic: 4,
    needs,
    run: async (trial) => {
      const first = await trial.open();
      if (first.jobs === undefined) return;
      const handle = await trial.submit(first.jobs, { does: 'fails', exitCode: 5 });
      await first[Symbol.asyncDispose]();
      const view = await trial.end(await trial.openJobs(), handleSchema.parse(JSON.parse(JSON.stringify(handle))));
      equal(view.exits[0]?.code, 5, 'the exit code');
    },
  },
  {
    id: 'handle.small-data',
    sentence: "A handle is small data of the driver's kind and state version.",
    semantic: 4,
    needs,
    run: async (trial) => {
      const { driver } = trial.subject;
      const handle = await trial.submit(await trial.openJobs(), { does: 'succeeds' });
      survivesJson(handle, 'the handle');
      equal([handle.kind, handle.stateVersion], [driver.kind, driver.stateVersion], 'kind and stateVersion');
      that(driver.stateSchema.safeParse(handle.state).success, 'the state does not fit stateSchema');
      that(Buffer.byteLength(JSON.stringify(handle)) <= maxHandleBytes, 'the handle is too large');
    },
  },
  {
    id: 'inspect.order',
    sentence: 'inspect answers every handle in the order asked, unknown ones in between.',
    semantic: 7,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handles = [];
      for (const exitCode of [1, 2, 3]) handles.push(await trial.submit(jobs, { does: 'fails', exitCode }));
      for (const handle of handles) await trial.end(jobs, handle);
      const [one, two, three] = handles;
      if (one === undefined || two === undefined || three === undefined) return;
      const unknown = trial.subject.unknownHandle();
      const views = await jobs.inspect([three, unknown, one, unknown, two, three]);
      const codes = views.map((view) => (view.seen === 'yes' ? view.exits[0]?.code : view.seen === 'absent' ? 'none' : 'none'));
      equal(codes, [3, 'none', 1, 'none', 2, 3], 'the exit codes in order');
    },
  },
  {
    id: 'inspect.unknown',
    sentence: 'A handle of nothing is absent or unknown, never a state, and does not make inspect reject.',
    semantic: 5,
    needs,
    run: async (trial) => {
      const view = await trial.inspect(await trial.openJobs(), trial.subject.unknownHandle());
      that(view.seen === 'absent' || view.seen === 'unknown', `the unknown handle is seen: ${JSON.stringify(view)}`);
    },
  },
  {
    id: 'inspect.just-made',
    sentence: 'A job that was just submitted is never absent for sure.',
    semantic: 5,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'succeeds' });
      const other = await trial.openJobs();
      for (const view of [await trial.inspect(jobs, handle), await trial.inspect(other, handle)]) {
        that(view.seen !== 'absent' || !view.conclusive, 'the job is absent, conclusively');
        that(view.seen !== 'absent' || trial.subject.driver.traits.settleMs > 0, 'the job is absent, though settleMs is 0');
      }
    },
  },
  {
    id: 'inspect.none',
    sentence: 'inspect of no handles answers none.',
    semantic: 7,
    needs,
    run: async (trial) => equal(await (await trial.openJobs()).inspect([]), [], 'the answer'),
  },
  {
    id: 'inspect.reasons',
    sentence: 'A job that waits says why, whenever it is looked at.',
    semantic: 7,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'succeeds' });
      const over = (seen: Awaited<ReturnType<typeof trial.inspect>>): boolean => {
        const waits = seen.seen === 'yes' && isWaitingJobState(seen.state);
        that(!waits || seen.reasons.length > 0, `the job is ${seen.seen === 'yes' ? seen.state : ''} without a reason`);
        return seen.seen === 'yes' && isTerminalJobState(seen.state);
      };
      await trial.until(() => trial.inspect(jobs, handle), over, 'the end of the job');
    },
  },
  {
    id: 'inspect.raw-state',
    sentence: "Every view is of the model's shape, as data, with the platform's own word beside ours.",
    semantic: 'data',
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'succeeds' });
      const view = await trial.end(jobs, handle);
      that(jobInspectionSchema.safeParse(view).success, `not an inspection: ${JSON.stringify(view)}`);
      survivesJson(view, 'the view');
      that(view.rawState !== '', 'rawState is empty');
    },
  },
  {
    id: 'inspect.final',
    sentence: 'An ended job stays as it ended.',
    semantic: 8,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'fails', exitCode: 4 });
      const first = await trial.end(jobs, handle);
      await trial.pause(200);
      const later = await trial.end(await trial.openJobs(), handle);
      equal([later.state, later.exits], [first.state, first.exits], 'state and exits later');
    },
  },
  {
    id: 'inspect.times',
    sentence: "The platform's times are given as they are, the same each time.",
    semantic: 13,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'succeeds' });
      const first = await trial.end(jobs, handle);
      await trial.pause(200);
      const later = await trial.end(jobs, handle);
      equal([later.startedAt, later.endedAt], [first.startedAt, first.endedAt], 'the times later');
      for (const time of [first.startedAt, first.endedAt]) that(time === undefined || !Number.isNaN(Date.parse(time)), `'${time}' is no time`);
    },
  },
  {
    id: 'stage.data',
    sentence: 'stage may be repeated, has no effect but content, and answers data that submit takes.',
    semantic: 6,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      if (jobs.stage === undefined) return;
      const spec = trial.subject.makeJob({ does: 'succeeds' });
      const { key } = trial.effect();
      await jobs.stage(spec, { key, fence: 1 });
      const staged = await jobs.stage(spec, { key, fence: 1 });
      survivesJson(staged, 'the answer of stage');
      equal((await jobs.find(key)).found, false, 'found after stage');
      const submit = (): ReturnType<typeof jobs.submit> => jobs.submit(spec, { key, fence: 1, staged });
      const answer = await trial.until(submit, (seen) => 'handle' in seen, 'the submission');
      if ('handle' in answer) equal((await trial.end(jobs, answer.handle)).state, 'succeeded', 'the state');
    },
  },
  {
    id: 'submit.at-once',
    sentence: 'submit returns while the job still has all its work before it.',
    semantic: 6,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 3_000 });
      const view = await trial.inspect(jobs, handle);
      that(view.seen !== 'yes' || !isTerminalJobState(view.state), 'the job had ended when submit returned');
    },
  },
];
