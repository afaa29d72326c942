import { capabilityNames, type ComputeTarget } from '@destino/core/driver';
import { isDestinoError } from '@destino/core/errors';
import { targetProbeSchema } from '@destino/core/model';
import { equal, present, rejects, survivesJson, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items);
}

type Call = readonly [name: string, call: (signal: AbortSignal) => Promise<unknown>];

/** One call of every verb that works without anything made before it. */
export function verbCalls(target: ComputeTarget, trial: Trial, key: string): Call[] {
  const { jobs, services, owned, nodes } = target;
  const unknown = trial.subject.unknownHandle();
  const calls: Call[] = [['probe', (signal) => target.probe({ signal })]];
  if (jobs !== undefined) {
    calls.push(
      ['jobs.submit', (signal) => jobs.submit(trial.subject.makeJob({ does: 'succeeds' }), { key, fence: 1, signal })],
      ['jobs.find', (signal) => jobs.find(trial.subject.newKey(), { signal })],
      ['jobs.inspect', (signal) => jobs.inspect([unknown], { signal })],
      ['jobs.cancel', (signal) => jobs.cancel(unknown, { graceMs: 0, signal })],
      ['jobs.release', (signal) => jobs.release(unknown, { signal })],
      ['jobs.logs', (signal) => drain(jobs.logs(unknown, { follow: true, signal }))],
      ['jobs.outputs', (signal) => drain(jobs.outputs(unknown, { signal }))],
    );
  }
  if (services !== undefined) calls.push(['services.find', (signal) => services.find(trial.subject.newKey(), { signal })]);
  if (owned !== undefined) calls.push(['owned.list', (signal) => drain(owned.list({ signal }))]);
  if (nodes !== undefined) calls.push(['nodes.list', (signal) => drain(nodes.list(undefined, { signal }))]);
  return calls;
}

/** Opening, probing, aborting and disposing. */
export const targetChecks: readonly Check[] = [
  {
    id: 'probe.answers',
    sentence: 'probe answers health with a text, attributes as data, and what is missing by the names of capabilities.',
    semantic: 'data',
    run: async (trial) => {
      const probe = await (await trial.open()).probe();
      that(targetProbeSchema.safeParse(probe).success, `not a probe: ${JSON.stringify(probe)}`);
      survivesJson(probe, 'the probe');
      for (const name of Object.keys(probe.missing)) that((capabilityNames as readonly string[]).includes(name), `'${name}' is no capability`);
    },
  },
  {
    id: 'abort.before',
    sentence: "Every verb given a signal that has fired rejects with 'aborted'.",
    semantic: 1,
    run: async (trial) => {
      const fired = AbortSignal.abort('over');
      for (const [name, call] of verbCalls(await trial.open(), trial, trial.effect().key)) await rejects(call(fired), 'aborted', name);
    },
  },
  {
    id: 'abort.in-flight',
    sentence: "A verb that is aborted on its way ends all the same, with 'aborted' if it rejects for that.",
    semantic: 1,
    run: async (trial) => {
      const expected = ['answered', 'aborted', 'not-found'];
      const target = await trial.open();
      const { key } = trial.effect();
      for (const [name, call] of verbCalls(target, trial, key)) {
        const controller = new AbortController();
        const outcome = call(controller.signal).then(
          () => 'answered',
          (error: unknown) => (isDestinoError(error) ? error.code : String(error)),
        );
        controller.abort('changed my mind');
        that(expected.includes(await outcome), `${name}, aborted on its way, rejected with '${await outcome}'`);
      }
      if (target.jobs !== undefined) await trial.adopt(target.jobs, key);
    },
  },
  {
    id: 'abort.no-effect',
    sentence: 'A submission given a signal that has fired leaves nothing behind.',
    semantic: 1,
    needs: { capabilities: ['jobs'] },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const { key } = trial.effect();
      const call = jobs.submit(trial.subject.makeJob({ does: 'succeeds' }), { key, fence: 1, signal: AbortSignal.abort() });
      await call.catch((): undefined => undefined);
      await trial.pause(trial.subject.driver.traits.settleMs + 100);
      equal((await jobs.find(key)).found, false, 'found');
    },
  },
  {
    id: 'abort.leaves-work',
    sentence: "Aborting a follower rejects with 'aborted' and leaves the job running.",
    semantic: 1,
    needs: { capabilities: ['jobs'] },
    run: async (trial) => {
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 600_000 });
      await trial.running(jobs, handle);
      const controller = new AbortController();
      const following = drain(jobs.logs(handle, { follow: true, signal: controller.signal }));
      const rejected = rejects(following, 'aborted', 'the follower');
      await trial.pause();
      controller.abort('enough');
      await rejected;
      await trial.pause(100);
      const view = await trial.inspect(jobs, handle);
      that(view.seen === 'yes' && view.state === 'running', `after the abort the job is ${JSON.stringify(view)}`);
    },
  },
  {
    id: 'dispose.repeats',
    sentence: 'Disposing may be repeated, and one opened target does not close another.',
    semantic: 'data',
    run: async (trial) => {
      const [first, second] = [await trial.open(), await trial.open()];
      await first[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
      present((await second.probe()).health, 'the health');
    },
  },
  {
    id: 'dispose.destroys-nothing',
    sentence: 'Disposing the target that started a job leaves the job running.',
    semantic: 4,
    needs: { capabilities: ['jobs'] },
    run: async (trial) => {
      const target = await trial.open();
      const other = await trial.openJobs();
      const jobs = present(target.jobs, 'the jobs facet');
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 600_000 });
      await trial.running(other, handle);
      await target[Symbol.asyncDispose]();
      await trial.pause(100);
      const view = await trial.inspect(other, handle);
      that(view.seen === 'yes' && view.state === 'running', `after disposal the job is ${JSON.stringify(view)}`);
      await other.cancel(handle, { graceMs: 0 });
    },
  },
  {
    id: 'nodes.list',
    sentence: 'nodes.list tells each node once, as data.',
    semantic: 'data',
    needs: { capabilities: ['nodes'] },
    run: async (trial) => {
      const ids: string[] = [];
      for await (const node of present((await trial.open()).nodes, 'the nodes facet').list(undefined)) {
        survivesJson(node, 'a node');
        ids.push(node.id);
      }
      equal(new Set(ids).size, ids.length, 'different ids');
    },
  },
];
