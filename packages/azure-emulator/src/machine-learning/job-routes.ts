import { ArmFault } from '../arm/fault.ts';
import { noContent, type Answer, type Asked, type Route } from '../http/exchange.ts';
import type { World } from '../world.ts';
import type { JobLife } from './job-life.ts';
import { isEnded, runOf } from './job-state.ts';
import { apiVersions, namespace, workspacePath } from './names.ts';
import { requireParent, userError } from './parents.ts';
import { recordId, recordRoutes, requireRecord, type RecordKind } from './records.ts';

export type JobRouteTools = { world: World; kind: RecordKind; jobs: JobLife; deleteMs: number };

const one = `${workspacePath}/jobs/{job}`;

/** Submit, read, list, cancel and delete jobs. */
export function jobRoutes(tools: JobRouteTools): Route[] {
  const { world, kind } = tools;
  return [
    ...recordRoutes(world, kind).filter(({ method }) => method !== 'DELETE'),
    { method: 'POST', path: `${one}/cancel`, operation: 'Jobs_Cancel', apiVersions, handle: (asked) => cancel(tools, asked) },
    { method: 'DELETE', path: one, operation: 'Jobs_Delete', apiVersions, handle: (asked) => remove(tools, asked) },
  ];
}

function begun(world: World, asked: Asked, about: string, running: string): { operation: string; headers: Record<string, string> } {
  const workspace = requireParent(world, asked);
  const operation = world.operations.begin({ subscription: workspace.subscription, provider: namespace, location: String(workspace.body['location']), about, running });
  const { location = '', ...rest } = world.operations.headers(operation, asked, { location: true });
  return { operation, headers: { location, ...rest, 'retry-after': '10' } }; // the least that the description allows
}

function cancel({ world, kind, jobs }: JobRouteTools, asked: Asked): Answer {
  const job = requireRecord(world, kind, asked);
  const run = runOf(world.store, job.id);
  if (run === undefined || isEnded(run)) return { status: 200, headers: { location: `${asked.origin}${job.id}` } };
  if (run.status === 'Finalizing') throw userError(`The job '${job.name}' is Finalizing: it can no longer be canceled.`, 409);
  const { operation, headers } = begun(world, asked, job.id, 'InProgress');
  if (run.operation !== undefined) world.operations.end(run.operation, 'Succeeded');
  jobs.cancel(job, operation);
  return { status: 202, headers };
}

/** Twice in a row is answered 202, then 200 for as long as its files go, then 204. */
function remove({ world, kind, jobs, deleteMs }: JobRouteTools, asked: Asked): Answer {
  requireParent(world, asked);
  const job = world.store.get(recordId(asked, kind.path));
  if (job === undefined) return { ...noContent, headers: { location: `${asked.origin}${asked.path}` } };
  const run = runOf(world.store, job.id);
  if (run !== undefined && !isEnded(run)) throw new ArmFault(409, 'Conflict', `The job '${job.name}' is '${run.status}': cancel it first.`);
  if (job.hidden['isDeleting'] === true) return { status: 200, headers: { location: `${asked.origin}${job.id}` } };
  world.store.put({ ...job, hidden: { ...job.hidden, isDeleting: true } });
  const { operation, headers } = begun(world, asked, job.id, 'Deleting');
  world.clock.after(deleteMs, () => {
    void jobs.destroy(job).then(() => {
      world.store.delete(job.id);
      world.operations.end(operation, 'Succeeded');
    });
  });
  return { status: 202, headers };
}
