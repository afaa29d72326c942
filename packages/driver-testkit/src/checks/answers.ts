import { errorToData } from '@destino/core/errors';
import { present, survivesJson, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';

const needs = { capabilities: ['jobs'] } as const;

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** What may fail, as data; the answer where it does not. */
async function orError(call: Promise<unknown>): Promise<unknown> {
  return await call.catch((error: unknown) => errorToData(error));
}

/** Every answer and error that can be had of a job that read a secret. */
async function answers(trial: Trial): Promise<Record<string, unknown>> {
  const target = await trial.open();
  const jobs = present(target.jobs, 'the jobs facet');
  const secret = present(Object.keys(trial.subject.plantedSecrets)[0], 'a planted secret');
  const spec = trial.subject.makeJob(trial.subject.driver.capabilities['jobs.secrets'] === true ? { does: 'reads-secret', secret } : { does: 'succeeds' });
  const effect = trial.effect();
  const handle = await trial.submit(jobs, spec, effect.key);
  await trial.end(jobs, handle);
  const unknown = trial.subject.unknownHandle();
  return {
    probe: await target.probe(),
    submit: await orError(jobs.submit(spec, effect)),
    find: await jobs.find(effect.key),
    inspect: await jobs.inspect([handle, unknown]),
    outputs: await all(jobs.outputs(handle)),
    admit: (await jobs.admit?.(spec)) ?? null,
    nodes: target.nodes === undefined ? null : await all(target.nodes.list(undefined)),
    'outputs of nothing': await orError(all(jobs.outputs(unknown))),
    'logs of nothing': await orError(trial.collect(jobs.logs(unknown, { follow: false }))),
  };
}

/** Data: what any verb answers. */
export const answerChecks: readonly Check[] = [
  {
    id: 'answers.data',
    sentence: 'Every answer of the verbs of jobs is the same after JSON.',
    semantic: 'data',
    needs,
    run: async (trial) => {
      for (const [verb, answer] of Object.entries(await answers(trial))) survivesJson(answer, `the answer of ${verb}`);
    },
  },
  {
    id: 'answers.no-secrets',
    sentence: 'No answer of a probe, a list or a failing verb has the value of a secret.',
    semantic: 'data',
    needs,
    run: async (trial) => {
      for (const [verb, answer] of Object.entries(await answers(trial))) {
        for (const value of Object.values(trial.subject.plantedSecrets)) that(!JSON.stringify(answer).includes(value), `a secret's value is in the answer of ${verb}`);
      }
    },
  },
  {
    id: 'admit.answers',
    sentence: 'admit says yes, or why not, and begins nothing.',
    semantic: 6,
    needs,
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const answer = await jobs.admit?.(trial.subject.makeJob({ does: 'succeeds' }));
      that(answer === undefined || answer.admitted || answer.reasons.length > 0, 'admit refuses without a reason');
      survivesJson(answer, 'the answer of admit');
    },
  },
];
