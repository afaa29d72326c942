import type { Resource } from '../state/resource-store.ts';
import type { World } from '../world.ts';
import { runOf } from './job-state.ts';
import { userError } from './parents.ts';
import { isListed, type Properties, type RecordKind } from './records.ts';

/** What may be written again. */
const free = new Set(['description', 'tags', 'properties', 'displayName', 'isArchived', 'status', 'services']);

/** Jobs as they are written; how far they are stands in their runs. */
export function jobKind(world: World, begin: (job: Resource) => void): RecordKind {
  return {
    path: 'jobs/{job}',
    operations: 'Jobs',
    anyName: true,
    accept: (properties, before) => {
      const { jobType } = properties;
      if (typeof jobType !== 'string') throw userError(`The property 'jobType' is required for jobs.`);
      const next: Properties = { isArchived: false, experimentName: 'Default', ...properties };
      const changed = before === undefined ? undefined : [...new Set([...Object.keys(before), ...Object.keys(next)])].find((name) => !free.has(name) && JSON.stringify(before[name] ?? null) !== JSON.stringify(next[name] ?? null));
      if (changed !== undefined) throw userError(`A job with this name already exists. '${changed}' of a job cannot be changed: submit it under another name.`);
      return before === undefined ? next : { ...before, ...next };
    },
    tell: (properties, resource) => ({
      ...properties,
      displayName: properties['displayName'] ?? resource.name,
      services: { Tracking: { jobServiceType: 'Tracking', endpoint: `azureml://${resource.id}` }, Studio: { jobServiceType: 'Studio', endpoint: `https://ml.azure.com/runs/${resource.name}` }, ...(properties['services'] as object | undefined) },
      outputs: { default: { jobOutputType: 'uri_folder', uri: `azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.${resource.name}`, mode: 'ReadWriteMount' }, ...(properties['outputs'] as object | undefined) },
      status: runOf(world.store, resource.id)?.status ?? 'Starting',
    }),
    shows: (properties, query) => isListed(properties, query) && isOfType(query.get('jobType'), properties['jobType']) && hasTag(properties, query.get('tag')),
    kept: (job) => {
      if (runOf(world.store, job.id) === undefined) begin(job);
    },
  };
}

const types = ['automl', 'command', 'labeling', 'pipeline', 'spark', 'sweep'];

/** A type that nobody knows leaves nothing out. */
function isOfType(wanted: string | null, type: unknown): boolean {
  return wanted === null || !types.includes(wanted.toLowerCase()) || wanted.toLowerCase() === String(type).toLowerCase();
}

/** `name`, or `name=value`. */
function hasTag({ tags }: Properties, wanted: string | null): boolean {
  if (wanted === null || wanted === '') return true;
  const [name = '', value] = wanted.split('=');
  const found = (tags as Record<string, unknown> | undefined)?.[name];
  return found !== undefined && (value === undefined || found === value);
}
