import { errorToData } from '@destino/core/errors';
import type { Handle, OwnedThing } from '@destino/core/model';
import type { Jobs } from '@destino/core/driver';
import { equal, present, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';
import { linesOf } from './log-text.ts';

const needs = { capabilities: ['jobs', 'jobs.secrets'] } as const;

function planted(trial: Trial): [name: string, value: string] {
  return present(Object.entries(trial.subject.plantedSecrets)[0], 'a planted secret');
}

async function ran(trial: Trial): Promise<{ jobs: Jobs; handle: Handle; key: string }> {
  const jobs = await trial.openJobs();
  const { key } = trial.effect();
  const handle = await trial.submit(jobs, { does: 'reads-secret', secret: planted(trial)[0] }, key);
  await trial.end(jobs, handle);
  return { jobs, handle, key };
}

/** Secrets reach the job and nothing else. */
export const secretChecks: readonly Check[] = [
  {
    id: 'secrets.reach-job',
    sentence: 'A job gets the value of its secret.',
    semantic: 'data',
    needs,
    run: async (trial) => {
      const { jobs, handle } = await ran(trial);
      const lines = linesOf(await trial.collect(jobs.logs(handle, { follow: true })));
      equal(lines, [`length ${planted(trial)[1].length}`], 'what the job printed');
    },
  },
  {
    id: 'secrets.nowhere-else',
    sentence: "A secret's value is in no handle, view, list, error or log line of the driver.",
    semantic: 'data',
    needs,
    run: async (trial) => {
      const { jobs, handle, key } = await ran(trial);
      const { owned } = await trial.open();
      const things: OwnedThing[] = [];
      if (owned !== undefined) for await (const thing of owned.list()) things.push(thing);
      const missing = trial.subject.makeJob({ does: 'reads-secret', secret: 'no-such-secret' });
      const failure = await jobs.submit(missing, trial.effect()).catch((error: unknown) => errorToData(error));
      const told = { handle, view: await jobs.inspect([handle]), found: await jobs.find(key), things, failure, logged: trial.subject.loggedText() };
      for (const [where, what] of Object.entries(told)) {
        for (const value of Object.values(trial.subject.plantedSecrets)) that(!JSON.stringify(what).includes(value), `a secret's value is in: ${where}`);
      }
    },
  },
  {
    id: 'secrets.missing',
    sentence: "A job whose secret cannot be resolved is refused with 'not-found', and leaves no job.",
    semantic: 'data',
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const { key } = trial.effect();
      const spec = trial.subject.makeJob({ does: 'reads-secret', secret: 'no-such-secret' });
      const code = await jobs.submit(spec, { key, fence: 1 }).then(
        () => 'it was accepted',
        (error: unknown) => errorToData(error).code,
      );
      equal(code, 'not-found', 'the outcome');
      equal((await jobs.find(key)).found, false, 'found');
    },
  },
];
