import { isDestinoError } from '@destino/core/errors';
import type { Handle, OwnedThing } from '@destino/core/model';
import { fault, jobs, mutant, onlyOnce, opening, owned, provisioning, type Mutant } from './mutant.ts';

/** The answer, or `otherwise` where the platform says that something is not ours. */
async function ignoringConflict<T>(call: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isDestinoError(error, 'conflict')) return otherwise;
    throw error;
  }
}

const somebodys: Handle = { kind: 'fake', stateVersion: 1, id: 'taken', state: { what: 'target', name: 'taken' } };

/** Of owners' marks, provisioning, attaching, power and secrets. */
export const ownershipMutants: readonly Mutant[] = [
  mutant(
    'owned.lists',
    'marks things with another workspace',
    owned(({ list }) => ({
      list: async function* (options) {
        for await (const thing of list(options)) yield { ...thing, workspace: 'elsewhere' };
      },
    })),
  ),
  mutant('owned.hides-foreign', "lists everybody's things", (() => {
    const all = new Map<string, OwnedThing>();
    return owned(({ list }) => ({
      list: async function* (options) {
        for await (const thing of list(options)) all.set(thing.id, thing);
        yield* all.values();
      },
    }));
  })()),
  mutant('owned.removes', 'removes nothing', owned(() => ({ remove: async () => undefined }))),
  mutant('owned.refuses-foreign', "says nothing about another owner's mark", owned(({ remove }) => ({ remove: (thing, options) => ignoringConflict(remove(thing, options), undefined) }))),
  mutant('owned.release-leaves-nothing', 'leaves the secret behind', jobs(() => ({ release: async () => undefined }))),
  mutant('provision.plan', 'plans nothing', provisioning(({ plan }) => ({ plan: async (handle, options) => ({ ...(await plan(handle, options)), changes: [] }) }))),
  mutant('provision.same-key', 'does not know its own key again', (() => {
    const seen = new Set<string>();
    return provisioning(({ provision }) => ({ provision: onlyOnce(provision, ({ key }) => key, seen) }));
  })()),
  mutant('provision.conflict', 'takes what it meets for its own', provisioning(({ provision }) => ({ provision: (options) => ignoringConflict(provision(options), { handle: somebodys }) }))),
  mutant('deprovision.refuses-foreign', "says nothing about another owner's target", provisioning(({ deprovision }) => ({ deprovision: (handle, options) => ignoringConflict(deprovision(handle, options), undefined) }))),
  mutant('deprovision.twice', 'cannot deprovision twice', (() => {
    const seen = new Set<string>();
    return provisioning(({ deprovision }) => ({ deprovision: onlyOnce(deprovision, (handle) => handle.id, seen) }));
  })()),
  mutant('attach.detach-keeps', 'destroys what it detaches', (() => {
    const gone = new Set<string>();
    return opening(({ attachment }) => ({
      attachment: {
        attach: async (options) => {
          const answer = await attachment?.attach(options);
          if (answer === undefined || gone.has(answer.handle.id)) throw fault('not-found');
          return answer;
        },
        detach: async (handle) => void gone.add(handle.id),
      },
    }));
  })()),
  mutant('power.cycle', 'does not stop', opening(({ power }) => (power === undefined ? {} : { power: { ...power, stop: async () => undefined } }))),
  mutant('secrets.reach-job', 'forgets the secrets', jobs(({ submit }) => ({ submit: (spec, options) => submit({ ...spec, secrets: {} }, options) }))),
  mutant(
    'secrets.nowhere-else',
    'logs the variables of the job',
    jobs(({ submit }, { logger, secrets }) => ({
      submit: async (spec, options) => {
        for (const reference of Object.values(spec.secrets)) logger.info('submit', { variable: await secrets.resolve(reference).catch(() => '') });
        return await submit(spec, options);
      },
    })),
  ),
  mutant(
    'secrets.missing',
    'runs the job without the secret',
    jobs(({ submit }) => ({ submit: (spec, options) => submit(spec, options).catch(() => submit({ ...spec, secrets: {} }, options)) })),
  ),
];
