import { ArmFault } from '../arm/fault.ts';
import { objectBody, type Asked, type Route } from '../http/exchange.ts';
import type { Resource } from '../state/resource-store.ts';
import { iso } from '../time/emulator-clock.ts';
import type { World } from '../world.ts';
import { artifactsOf, type Artifact } from './artifacts.ts';
import { readCommandJob } from './job-properties.ts';
import { runOf, type JobRun } from './job-state.ts';
import { guidOf } from './guid.ts';
import { workspacePath } from './names.ts';
import { requireParent } from './parents.ts';
import { recordProperties } from './records.ts';

export type HistoryTools = { world: World; origin(): string; /** An address of an artifact that works for a while, without a token. */ addressOf(job: string, path: string): string };

const history = `/history/v1.0${workspacePath}`;
const container = `/artifact/v2.0${workspacePath}/artifacts`;

/** What clients read of jobs beside ARM: runs with their errors and logs, and the files that they left. */
export function historyRoutes(tools: HistoryTools): Route[] {
  const { world, origin } = tools;
  const route = (method: string, path: string, operation: string, handle: Route['handle']): Route => ({ method, path, operation, apiVersions: 'none', handle });
  return [
    { method: 'GET', path: '/discovery/workspaces/{guid}', operation: 'Discovery_Get', handle: () => ({ status: 200, body: Object.fromEntries(['api', 'history', 'artifact', 'experimentation'].map((name) => [name, origin()])) }) },
    route('GET', `${history}/runs/{run}`, 'Runs_Get', (asked) => ({ status: 200, body: runView(required(world, asked, 'run')) })),
    route('GET', `${history}/runs/{run}/details`, 'Runs_GetDetails', async (asked) => ({ status: 200, body: await detailsView(tools, required(world, asked, 'run')) })),
    route('GET', `${history}/runs/{run}/children`, 'Runs_GetChild', (asked) => {
      required(world, asked, 'run');
      return { status: 200, body: { value: [] } };
    }),
    route('POST', `${history}/rundata`, 'Runs_GetRunData', (asked) => ({ status: 200, body: { runMetadata: runView(required(world, { ...asked, params: { ...asked.params, run: String(objectBody(asked)['runId']) } }, 'run')) } })),
    route('GET', `${container}/ExperimentRun/{container}`, 'Artifacts_List', async (asked) => {
      const { job, run } = required(world, asked, 'container');
      return { status: 200, body: { value: (await artifactsOf(run)).map((each) => artifactView(job, each)) } };
    }),
    route('GET', `${container}/contentinfo/ExperimentRun/{container}/{path*}`, 'Artifacts_GetContentInfo', async (asked) => {
      const { job, run } = required(world, asked, 'container');
      const path = asked.params['path'] ?? '';
      const found = (await artifactsOf(run)).find((each) => each.path === path);
      if (found === undefined) throw new ArmFault(404, 'UserError', `There is no artifact '${path}' of the run '${job.name}'.`);
      return { status: 200, body: { ...artifactView(job, found), contentUri: tools.addressOf(job.id, path), sizeBytes: found.sizeBytes } };
    }),
  ];
}

function required(world: World, asked: Asked, parameter: string): { job: Resource; run: JobRun } {
  const { id } = requireParent(world, asked);
  const name = (asked.params[parameter] ?? '').replace(/^dcid\./, '');
  const job = world.store.get(`${id}/jobs/${name}`);
  const run = job === undefined ? undefined : runOf(world.store, job.id);
  if (job === undefined || run === undefined) throw new ArmFault(404, 'UserError', `Run ${name} was not found.`);
  return { job, run };
}

function artifactView({ name, id }: Resource, { path }: Artifact): object {
  return { artifactId: `ExperimentRun/dcid.${name}/${path}`, origin: 'ExperimentRun', container: `dcid.${name}`, path, etag: guidOf(`${id} ${path}`), tags: {} };
}

function runView({ job, run }: { job: Resource; run: JobRun }): object {
  const asked = readCommandJob(recordProperties(job));
  const { status, startMs, endMs, waiting } = run;
  return {
    runId: job.name, rootRunId: job.name, experimentId: guidOf(String(recordProperties(job)['experimentName'])), dataContainerId: `dcid.${job.name}`, status, target: asked.computeId.split('/').at(-1) ?? '', createdUtc: iso(job.createdMs),
    ...(startMs !== undefined && { startTimeUtc: iso(startMs) }), ...(endMs !== undefined && { endTimeUtc: iso(endMs) }), ...errorOf(run), runType: 'azureml.scriptrun',
    ...(waiting !== undefined && { queueingInfo: { ...waiting } }),
    outputs: { default: { assetId: `azureml://locations/local/ExperimentRun/dcid.${job.name}`, type: 'UriFolder' } },
  };
}

function errorOf({ error }: JobRun): object {
  return error === undefined ? {} : { error: { error: { code: 'UserError', message: error.message, innerError: { code: error.code } } } };
}

async function detailsView({ addressOf }: HistoryTools, { job, run }: { job: Resource; run: JobRun }): Promise<object> {
  const { status, startMs, endMs, waiting } = run;
  const logs = (await artifactsOf(run)).filter(({ isLog }) => isLog);
  return {
    runId: job.name, target: readCommandJob(recordProperties(job)).computeId.split('/').at(-1) ?? '', status, createdTimeUtc: iso(job.createdMs),
    ...(startMs !== undefined && { startTimeUtc: iso(startMs) }), ...(endMs !== undefined && { endTimeUtc: iso(endMs) }), ...errorOf(run),
    warnings: waiting === undefined ? [] : [{ source: waiting.code, message: waiting.message }], logFiles: Object.fromEntries(logs.map(({ path }) => [path, addressOf(job.id, path)])),
    properties: {}, revision: 1,
  };
}
