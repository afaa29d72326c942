import type { Resource } from '../state/resource-store.ts';
import type { Service, World } from '../world.ts';
import { assetKinds } from './assets.ts';
import { createComputeLife } from './compute-life.ts';
import { computeRoutes } from './compute-routes.ts';
import { datastoreKind, furnishDatastores, secretRoutes, type Storage } from './datastores.ts';
import { apiVersions, computeType, namespace, workspaceType } from './names.ts';
import { privateEndpointKind } from './private-endpoints.ts';
import { recordRoutes, recordType } from './records.ts';
import { ownTimers } from './timers.ts';
import { defaultMachineLearningTimings, type MachineLearningTimings } from './timings.ts';
import { defaultMachineLearningQuota, usageRoutes, type MachineLearningQuota } from './usage-routes.ts';
import { contentRoutes } from './content-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { jobKind } from './job-kind.ts';
import { createJobLife } from './job-life.ts';
import { jobRoutes } from './job-routes.ts';
import type { Runner } from '../container-instance/runner.ts';
import { resumeWorkspace, workspaceRoutes } from './workspaces.ts';
import type { Author } from './parents.ts';

export type MachineLearningOptions = { timings?: Partial<MachineLearningTimings>; quota?: Partial<MachineLearningQuota>; storage?: Storage };

/** The account of Azurite's documentation: what datastores name where no storage was given. */
const noStorage: Storage = { accountName: 'devstoreaccount1', key: 'bm8gc3RvcmFnZSB3YXMgZ2l2ZW4=', endpoint: 'core.windows.net', protocol: 'https' };

/** Microsoft.MachineLearningServices. */
export function machineLearning(outer: World, options: MachineLearningOptions & { runner: Runner; origin(): string }): Service {
  const timers = ownTimers(outer.clock);
  const world: World = { ...outer, clock: timers.clock };
  const timings = { ...defaultMachineLearningTimings, ...options.timings };
  const life = createComputeLife(world, timings);
  const jobs = createJobLife({ world, runner: options.runner, life, timings, storage: options.storage });
  const job = jobKind(world, (each) => jobs.begin(each));
  const content = contentRoutes(world, options.origin);
  const inside = ({ id }: Resource): Resource[] => world.store.list((each) => each.id.toLowerCase().startsWith(`${id.toLowerCase()}/`));
  const workspaces = {
    world, settleMs: timings.workspaceMs, origin: options.origin,
    furnish: (workspace: Resource) => furnishDatastores(world, workspace, workspace.hidden['created'] as Author, options.storage ?? noStorage),
    empty: async (workspace: Resource) => {
      for (const each of inside(workspace)) {
        if (each.type === recordType(job)) await jobs.destroy(each);
        world.store.delete(each.id);
      }
    },
  };
  const kinds = [datastoreKind, privateEndpointKind, ...assetKinds(world)];
  return {
    namespace,
    types: [
      { name: 'workspaces', apiVersions }, { name: 'workspaces/computes', apiVersions },
      ...[job, ...kinds].map(({ path }) => ({ name: ['workspaces', ...path.split('/').filter((_, index) => index % 2 === 0)].join('/'), apiVersions })),
      { name: 'locations/usages', apiVersions }, { name: 'locations/quotas', apiVersions }, { name: 'locations/vmsizes', apiVersions },
    ],
    routes: [...workspaceRoutes(workspaces), ...computeRoutes({ world, life, timings }), ...kinds.flatMap((kind) => recordRoutes(world, kind)), ...secretRoutes(world), ...usageRoutes(world, { ...defaultMachineLearningQuota, ...options.quota }), ...jobRoutes({ world, kind: job, jobs, deleteMs: timings.deleteMs }), ...historyRoutes({ world, origin: options.origin, addressOf: content.addressOf }), ...content.routes],
    resume: () => {
      for (const each of world.store.list(({ type }) => type === workspaceType)) resumeWorkspace(workspaces, each);
      for (const { id } of world.store.list(({ type }) => type === computeType)) life.settle(id);
      jobs.resume();
    },
    close: async ({ endEffects }) => {
      await jobs.close(endEffects);
      life.close();
      timers.cancelAll();
    },
  };
}
