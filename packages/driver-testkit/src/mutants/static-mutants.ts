import { z } from 'zod';
import type { Problem } from '@destino/core/model';
import { declaring, fault, jobs, mutant, opening, type Mutant } from './mutant.ts';

const refusal: Problem = { severity: 'error', path: '', code: 'no', message: 'never' };

/** Of the static part, of probing, aborting and disposing. */
export const staticMutants: readonly Mutant[] = [
  mutant('static.identity', 'has a kind with blanks', declaring({ kind: 'My Driver' })),
  mutant('static.answers', 'gives a reason of one word', declaring(({ capabilities }) => ({ capabilities: { ...capabilities, power: { unsupported: 'no' } } }))),
  mutant('static.schemas', 'has a date in its config', declaring({ configSchema: z.object({ at: z.date() }) as never })),
  mutant('static.facets', 'declares nodes without the facet', opening(() => ({ nodes: undefined }))),
  mutant('static.check-refuses', 'finds nothing wrong with what it cannot do', {
    driver: { unsupported: { 'jobs.multi-node': 'one machine only' } },
    change: declaring({ check: () => [] }),
  }),
  mutant('static.check-accepts', 'refuses everything', declaring({ check: () => [refusal] })),
  mutant(
    'static.check-pure',
    'answers otherwise each time',
    declaring(() => {
      let count = 0;
      return { check: () => [{ ...refusal, message: `problem ${(count += 1)}` }] };
    }),
  ),
  mutant('static.best-effort-told', 'keeps quiet about best effort', { once: 'best-effort', change: declaring({ check: () => [] }) }),
  mutant('probe.answers', 'puts a Date into the attributes', opening((target) => ({ probe: async (options) => ({ ...(await target.probe(options)), attributes: { at: new Date(0) as never } }) }))),
  mutant('abort.before', 'ignores signals', { driver: { deaf: true } }),
  mutant(
    'abort.in-flight',
    "reports an abort in the platform's own words",
    opening((target) => ({
      probe: async (options) => {
        const probe = await target.probe();
        options?.signal?.throwIfAborted();
        return probe;
      },
    })),
  ),
  mutant(
    'abort.no-effect',
    'submits first and looks at the signal then',
    jobs(({ submit }) => ({
      submit: async (spec, { signal, ...options }) => {
        const answer = await submit(spec, options);
        if (signal?.aborted === true) throw fault('aborted');
        return answer;
      },
    })),
  ),
  mutant(
    'abort.leaves-work',
    'cancels the job when its follower is aborted',
    jobs(({ logs, cancel }) => ({
      logs: (handle, options) => {
        options.signal?.addEventListener('abort', () => void cancel(handle, { graceMs: 0 }));
        return logs(handle, options);
      },
    })),
  ),
  mutant(
    'dispose.repeats',
    'cannot be disposed twice',
    opening(() => {
      let disposed = false;
      return {
        [Symbol.asyncDispose]: async () => {
          if (disposed) throw fault('conflict');
          disposed = true;
        },
      };
    }),
  ),
  mutant(
    'dispose.destroys-nothing',
    'ends its jobs when it is disposed',
    opening((target) => {
      const ends: (() => Promise<void>)[] = [];
      const { jobs: facet } = target;
      if (facet === undefined) return {};
      const submit: typeof facet.submit = async (spec, options) => {
        const answer = await facet.submit(spec, options);
        if ('handle' in answer) ends.push(() => facet.cancel(answer.handle, { graceMs: 0 }));
        return answer;
      };
      return { jobs: { ...facet, submit }, [Symbol.asyncDispose]: async () => void (await Promise.all(ends.map((end) => end()))) };
    }),
  ),
  mutant(
    'nodes.list',
    'tells a node twice',
    opening(({ nodes }) => ({
      nodes: {
        list: async function* (handle, options) {
          if (nodes === undefined) return;
          yield* nodes.list(handle, options);
          yield* nodes.list(handle, options);
        },
      },
    })),
  ),
];
