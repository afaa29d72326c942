import { isDestinoError } from '@destino/core/errors';
import { that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';
import { ranOnce } from './once.ts';
import { verbCalls } from './target.ts';

/** When a submission is aborted: after so many turns of the event queue, or so many milliseconds. */
const moments: readonly { turns?: number; ms?: number }[] = [{ turns: 1 }, { turns: 5 }, { turns: 25 }, { ms: 1 }, { ms: 5 }, { ms: 20 }];

async function reach(trial: Trial, { turns = 0, ms }: (typeof moments)[number]): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  if (ms !== undefined) await trial.pause(ms);
}

/** Semantic 1 at every await, and what holds once a target is disposed. */
export const abortChecks: readonly Check[] = [
  {
    id: 'abort.each-await',
    sentence: 'A submission aborted at any of its awaits can be repeated under its key, and runs once.',
    semantic: 1,
    needs: { capabilities: ['jobs'], traits: { once: ['remote', 'guarded'] } },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      for (const moment of moments) {
        const { key } = trial.effect();
        const controller = new AbortController();
        const spec = trial.subject.makeJob({ does: 'succeeds' });
        const outcome = jobs.submit(spec, { key, fence: 1, signal: controller.signal }).then(
          () => 'answered',
          (error: unknown) => (isDestinoError(error) ? error.code : String(error)),
        );
        await reach(trial, moment);
        controller.abort('changed my mind');
        that(['answered', 'aborted'].includes(await outcome), `the submission, aborted after ${JSON.stringify(moment)}, rejected with '${await outcome}'`);
        await ranOnce(trial, jobs, await trial.submit(jobs, spec, key), key);
      }
    },
  },
  {
    id: 'dispose.after',
    sentence: 'A verb called after disposal ends: with an answer, or with an error in the words of the contract.',
    semantic: 'data',
    run: async (trial) => {
      const target = await trial.open();
      const { key } = trial.effect();
      const calls = verbCalls(target, trial, key);
      await target[Symbol.asyncDispose]();
      for (const [name, call] of calls) {
        const ended = call(new AbortController().signal).then(
          () => undefined,
          (error: unknown) => (isDestinoError(error) ? undefined : String(error)),
        );
        const fault = await trial.within(ended, `${name} after disposal`);
        that(fault === undefined, `${name} after disposal rejected with ${fault}`);
      }
      if (trial.subject.driver.capabilities.jobs === true) await trial.adopt(await trial.openJobs(), key);
    },
  },
];
