import type { Service, World } from '../world.ts';
import { createConductor } from './conductor.ts';
import { containerRoutes } from './container-routes.ts';
import { defaultQuota, type Quota } from './quota.ts';
import { apiVersions, resourceType } from './names.ts';
import { groupRoutes } from './routes.ts';
import type { Runner } from './runner.ts';
import { createSessions } from './sessions.ts';
import { defaultTimings, type Timings } from './timings.ts';

export type ContainerInstanceOptions = { runner: Runner; timings?: Partial<Timings>; quota?: Partial<Quota> };

/** Microsoft.ContainerInstance. */
export function containerInstances(world: World, { runner, timings, quota }: ContainerInstanceOptions): Service {
  const conductor = createConductor(world, runner, { ...defaultTimings, ...timings });
  const tools = { world, conductor, quota: { ...defaultQuota, ...quota } };
  const sessions = createSessions();
  return {
    namespace: 'Microsoft.ContainerInstance',
    types: [{ name: 'containerGroups', apiVersions }, { name: 'locations/usages', apiVersions }, { name: 'locations/capabilities', apiVersions }, { name: 'locations/cachedImages', apiVersions }],
    routes: [...groupRoutes(tools), ...containerRoutes(tools, runner, sessions)],
    resume: () => {
      for (const resource of world.store.list(({ type }) => type === resourceType)) conductor.resume(resource);
    },
    remove: (resource) => conductor.destroy(resource),
    upgrade: sessions.upgrade,
    close: async ({ endEffects }) => {
      sessions.close();
      await conductor.close(endEffects);
    },
  };
}
