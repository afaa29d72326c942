import { isDestinoError } from '@destino/core/errors';
import type { Handle } from '@destino/core/model';
import { fault, mutant, onlyOnce, services, type Mutant } from './mutant.ts';

const somebodys: Handle = { kind: 'fake', stateVersion: 1, id: 'taken', state: { what: 'service', name: 'taken', key: 'taken' } };

/** Of services. */
export const serviceMutants: readonly Mutant[] = [
  mutant(
    'services.healthy',
    'counts a failed copy among the ready ones',
    services(({ inspect }) => ({
      inspect: async (handles, options) => (await inspect(handles, options)).map((view) => (view.seen === 'yes' ? { ...view, copies: { ...view.copies, failed: 1 } } : view)),
    })),
  ),
  mutant('services.same-key', 'does not know its own key again', (() => {
    const seen = new Set<string>();
    return services(({ deploy }) => ({ deploy: onlyOnce(deploy, (_spec, { key }) => key, seen) }));
  })()),
  mutant(
    'services.conflict',
    'takes what it meets for its own',
    services(({ deploy }) => ({
      deploy: async (spec, options) => {
        try {
          return await deploy(spec, options);
        } catch (error) {
          if (isDestinoError(error, 'conflict')) return { handle: somebodys };
          throw error;
        }
      },
    })),
  ),
  mutant('services.find', 'finds nothing', services(() => ({ find: async () => ({ found: false, conclusive: false }) }))),
  mutant('services.update', 'updates nothing', services(() => ({ update: async (handle) => ({ handle }) }))),
  mutant(
    'services.never-back',
    'replaces the service by whatever comes last',
    services(({ deploy, undeploy }) => ({
      update: async (handle, spec, options) => {
        await undeploy(handle);
        return await deploy(spec, options);
      },
    })),
  ),
  mutant('services.logs', 'follows though it is not asked to', services(({ logs }) => ({ logs: (handle, options) => logs(handle, { ...options, follow: true }) }))),
  mutant('services.connect', 'gives an origin where nothing listens', services(() => ({ connect: async () => ({ origin: 'http://127.0.0.1:1', close: async () => undefined }) }))),
  mutant('services.connect-none', 'gives an origin of what is gone', services(() => ({ connect: async () => ({ origin: 'http://127.0.0.1:1', close: async () => undefined }) }))),
  mutant('services.invoke', 'answers 500', services(({ invoke }) => (invoke === undefined ? {} : { invoke: async (handle, request, options) => ({ ...(await invoke(handle, request, options)), status: 500 }) }))),
  mutant(
    'services.undeploy-twice',
    'cannot undeploy twice',
    services(({ undeploy, inspect }) => ({
      undeploy: async (handle, options) => {
        if ((await inspect([handle]))[0]?.seen === 'absent') throw fault('not-found');
        await undeploy(handle, options);
      },
    })),
  ),
];
