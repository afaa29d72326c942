import { handleSchema, isTerminalJobState } from '@destino/core/model';
import { that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import { ranOnce } from './once.ts';

const kept = { capabilities: ['jobs'], traits: { once: ['remote', 'guarded'] }, tools: ['elsewhere'] } as const;

/** Semantics 2 and 4 with processes of the operating system, which share nothing but the target. */
export const processChecks: readonly Check[] = [
  {
    id: 'once.other-process',
    sentence: 'The same key at the same instant from two processes of the operating system runs once.',
    semantic: 2,
    needs: kept,
    run: async (trial) => {
      const [jobs, other] = [await trial.openJobs(), await trial.elsewhere()];
      const { key } = trial.effect();
      const spec = trial.subject.makeJob({ does: 'succeeds' });
      const [first] = await Promise.all([trial.submit(jobs, spec, key), other.jobs.submit(spec, { key, fence: 1 })]);
      await ranOnce(trial, jobs, first, key);
    },
  },
  {
    id: 'once.crash',
    sentence: 'After a process died between effect and answer, its key is found, and again runs nothing more.',
    semantic: 2,
    needs: kept,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const { key } = trial.effect();
      const spec = trial.subject.makeJob({ does: 'succeeds' });
      await (await trial.elsewhere()).submitAndDie(spec, { key, fence: 1 });
      await trial.until(() => jobs.find(key), (seen) => seen.found, 'finding what a dead process began');
      const again = await trial.within(trial.submit(jobs, spec, key), 'the submission under the key of a dead process');
      await ranOnce(trial, jobs, again, key);
    },
  },
  {
    id: 'handle.new-process',
    sentence: 'A handle works in a process of the operating system that begins after it was made.',
    semantic: 4,
    needs: { capabilities: ['jobs'], tools: ['elsewhere'] },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 600_000 });
      await trial.running(jobs, handle);
      const other = await trial.elsewhere();
      const [view] = await other.jobs.inspect([handleSchema.parse(JSON.parse(JSON.stringify(handle)))]);
      that(view?.seen === 'yes' && !isTerminalJobState(view.state), `the other process sees ${JSON.stringify(view)}`);
      await other.jobs.cancel(handle, { graceMs: 0 });
      await trial.end(jobs, handle);
    },
  },
];
