import type { Submitted } from '@destino/core/driver';
import type { Handle } from '@destino/core/model';
import { declaring, fault, jobs, mutant, opening, provisioning, services, type Change, type Mutant } from './mutant.ts';

/** A world that runs a key twice, under a driver that promises otherwise and keeps the promise by what `around` does. */
const careless = { once: 'best-effort', driver: { traits: { once: 'remote' } } } as const;

/** As `jobs`, with a memory that all targets of one process share and no other process has. */
function inMemory(change: (memory: Map<string, Promise<Submitted>>) => Change): Change {
  return (driver) => change(new Map())(driver);
}

const remembering = (memory: Map<string, Promise<Submitted>>): Change =>
  jobs(({ submit }) => ({
    submit: async (spec, options) => {
      const known = memory.get(options.key) ?? submit(spec, options);
      memory.set(options.key, known);
      return await known;
    },
  }));

/** Of processes, aborts at every await, and answers. */
export const edgeMutants: readonly Mutant[] = [
  mutant('once.other-process', 'remembers its keys in memory', { ...careless, change: inMemory(remembering) }),
  { breaks: 'once.crash', how: 'waits for ever for a process that died', subject: () => ({ ...careless, change: remembering(new Map()) }) },
  mutant('handle.new-process', 'keeps what it needs in the memory of the process', (driver) => {
    const own = new Set<string>();
    return jobs(({ submit, find, inspect }) => ({
      submit: async (spec, options) => {
        const answer = await submit(spec, options);
        if ('handle' in answer) own.add(answer.handle.id);
        return answer;
      },
      find,
      inspect: async (handles, options) =>
        (await inspect(handles, options)).map((view, index) => (own.has(handles[index]?.id ?? '') ? view : { seen: 'absent', conclusive: false, reasons: [] })),
    }))(driver);
  }),
  mutant('abort.each-await', 'leaves a lock behind when it is aborted', (driver) => {
    const locks = new Set<string>();
    return jobs(({ submit }, { clock }) => ({
      submit: async (spec, options) => {
        if (locks.has(options.key)) throw fault('conflict');
        locks.add(options.key);
        await clock.sleep(10, options.signal === undefined ? {} : { signal: options.signal });
        const answer = await submit(spec, options);
        locks.delete(options.key);
        return answer;
      },
    }))(driver);
  }),
  mutant(
    'dispose.after',
    'falls over its own closed socket',
    opening((target) => {
      let closed = false;
      return {
        probe: async (options) => {
          if (closed) throw new TypeError('socket is undefined');
          return await target.probe(options);
        },
        [Symbol.asyncDispose]: async () => void (closed = true),
      };
    }),
  ),
  mutant('answers.data', 'answers find with a Date', jobs(({ find }) => ({ find: async (key, options) => ({ ...(await find(key, options)), at: new Date(0) }) }))),
  mutant(
    'answers.no-secrets',
    'shows the credential in its probe',
    opening((target, { secrets }) => ({ probe: async (options) => ({ ...(await target.probe(options)), attributes: { login: await secrets.resolve({ secret: 'planted-token' }) } }) })),
  ),
  mutant('admit.answers', 'refuses without a word', jobs(() => ({ admit: async () => ({ admitted: false, reasons: [] }) }))),
];

/** Jobs whose programme ignores SIGTERM go on writing after their end. */
const childrenLeft: Change = (driver) => {
  const stubborn = new Set<string>();
  return jobs(({ submit, logs }, { clock }) => ({
    submit: async (spec, options) => {
      const answer = await submit(spec, options);
      if ('handle' in answer && JSON.stringify(spec.resources.properties).includes('"ignoreTerm":true')) stubborn.add(answer.handle.id);
      return answer;
    },
    logs: async function* (handle, options) {
      yield* logs(handle, options);
      if (!stubborn.has(handle.id)) return;
      const bytes = new TextEncoder().encode('child\n'.repeat(Math.floor(clock.monotonicMs() / 1000)));
      yield { cursor: '{}', source: 'node-0', stream: 'stdout', bytes };
    },
  }))(driver);
};

/** Of cancellation and logs at every stage. */
export const stageMutants: readonly Mutant[] = [
  mutant('cancel.at-once', 'does not hear a cancellation while the job is being made', (driver) => {
    const madeMs = new Map<string, number>();
    return jobs(({ submit, cancel }, { clock }) => ({
      submit: async (spec, options) => {
        const answer = await submit(spec, options);
        if ('handle' in answer) madeMs.set(answer.handle.id, clock.monotonicMs());
        return answer;
      },
      cancel: async (handle, options) => {
        if (clock.monotonicMs() - (madeMs.get(handle.id) ?? 0) > 5) await cancel(handle, options);
      },
    }))(driver);
  }),
  mutant('cancel.again', 'takes one cancellation only', (driver) => {
    const asked = new Set<string>();
    return jobs(({ cancel }) => ({
      cancel: async (handle, options) => {
        if (asked.has(handle.id)) return;
        asked.add(handle.id);
        await cancel(handle, options);
      },
    }))(driver);
  }),
  mutant('cancel.stubborn-tree', 'leaves children behind that ignore the request', childrenLeft),
  mutant('logs.resume-every', 'loses a record for every fourth reader that comes back', (driver) => {
    let readers = 0;
    return jobs(({ logs }) => ({
      logs: async function* (handle, options) {
        let skip = options.since !== undefined && (readers += 1) % 4 === 0;
        for await (const record of logs(handle, options)) {
          if (!skip) yield record;
          skip = false;
        }
      },
    }))(driver);
  }),
];

const other = (handle: Handle): Handle => ({ ...handle, id: `${handle.id}-2` });

/** Answers each call but the first with a handle of its own. */
function secondOfItsOwn<Words extends readonly unknown[]>(verb: (...words: Words) => Promise<{ handle: Handle }>): (...words: Words) => Promise<{ handle: Handle }> {
  return async (...words) => {
    const answer = await verb(...words);
    return { handle: other(answer.handle) };
  };
}

/** Every second target that is opened gives handles of its own. */
function everySecond(change: (isSecond: boolean) => Change): Change {
  return (driver) => {
    let count = 0;
    return declaring({ open: (config, context) => change((count += 1) % 2 === 0)(driver).open(config, context) })(driver);
  };
}

/** Of targets and services at their edges. */
export const targetEdgeMutants: readonly Mutant[] = [
  mutant('provision.two-processes', 'makes one for each process', everySecond((isSecond) => provisioning(({ provision }) => (isSecond ? { provision: secondOfItsOwn(provision) } : {})))),
  mutant('provision.absent', 'rejects when asked about what is gone', provisioning(({ inspect }) => ({
    inspect: async (handle, options) => {
      const seen = await inspect(handle, options);
      if (seen.seen === 'absent' || (seen.seen === 'yes' && seen.state === 'gone')) throw fault('not-found');
      return seen;
    },
  }))),
  mutant('provision.update', 'makes another target to update one', provisioning(({ update }) => (update === undefined ? {} : { update: secondOfItsOwn(update) }))),
  mutant('attach.same-key', 'gives each process a handle of its own', everySecond((isSecond) => opening(({ attachment }) => (attachment === undefined || !isSecond ? {} : { attachment: { ...attachment, attach: secondOfItsOwn(attachment.attach) } })))),
  mutant('services.small-handle', 'puts everything into the handle', services(({ deploy }) => ({
    deploy: async (spec, options) => {
      const { handle } = await deploy(spec, options);
      return { handle: { ...handle, id: handle.id + 'x'.repeat(9000) } };
    },
  }))),
  mutant('services.just-made', 'denies what is being deployed', services(({ inspect }) => ({
    inspect: async (handles, options) => (await inspect(handles, options)).map((view) => (view.seen === 'yes' && view.state === 'deploying' ? { seen: 'absent', conclusive: true, reasons: [] } : view)),
  }))),
  mutant('services.inspect-order', 'answers in its own order', services(({ inspect }) => ({ inspect: async (handles, options) => (await inspect(handles, options)).toReversed() }))),
  mutant('services.two-processes', 'makes one for each process', everySecond((isSecond) => services(({ deploy }) => (isSecond ? { deploy: secondOfItsOwn(deploy) } : {})))),
  mutant('services.stage', 'stages a Date', services(() => ({ stage: async () => ({ at: new Date(0) as never }) }))),
];
