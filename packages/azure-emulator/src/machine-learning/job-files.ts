import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isRecord } from '../http/exchange.ts';
import type { Resource } from '../state/resource-store.ts';
import type { World } from '../world.ts';
import type { CommandJob } from './job-properties.ts';
import { jobPlaces } from './job-plan.ts';
import type { JobRun } from './job-state.ts';
import { recordProperties } from './records.ts';
import { downloadBlobs, type BlobPlace } from './blobs.ts';
import type { Storage } from './datastores.ts';

export type JobFiles = { world: World; storage: Storage | undefined };

/** Brings code and data to the nodes, before the processes start. @throws with the words of the platform */
export async function bringFiles({ world, storage }: JobFiles, job: Resource, asked: CommandJob, { folder }: JobRun): Promise<void> {
  const workspace = job.id.slice(0, job.id.toLowerCase().lastIndexOf('/jobs/'));
  const [first = join(folder, 'nodes/0'), ...others] = Array.from({ length: asked.instances }, (_, node) => jobPlaces.code(folder, node));
  await mkdir(join(first, 'outputs'), { recursive: true });
  await mkdir(join(first, 'logs'), { recursive: true });
  if (asked.codeId !== undefined) {
    const code = world.store.get(asked.codeId);
    if (code === undefined) throw new Error(`Code asset '${asked.codeId}' was not found.`);
    await downloadBlobs(storage, placeOf(world, workspace, String(recordProperties(code)['codeUri'] ?? '')), first);
  }
  for (const other of others) await cp(first, other, { recursive: true });
  for (const input of asked.inputs) {
    if (!('uri' in input)) continue;
    const to = jobPlaces.input(folder, input.name);
    await mkdir(to, { recursive: true });
    await bringInput(world, storage, workspace, input.uri, to);
  }
  for (const name of asked.outputs) await mkdir(jobPlaces.output(folder, name), { recursive: true });
}

async function bringInput(world: World, storage: Storage | undefined, workspace: string, uri: string, to: string): Promise<void> {
  const place = placeOf(world, workspace, uri, false);
  if (place !== undefined) return await downloadBlobs(storage, place, to);
  const answer = await fetch(uri);
  if (!answer.ok) throw new Error(`The input '${uri}' cannot be read: ${answer.status}.`);
  const name = decodeURIComponent(new URL(uri).pathname.split('/').at(-1) ?? '') || 'data';
  await mkdir(dirname(join(to, name)), { recursive: true });
  await writeFile(join(to, name), Buffer.from(await answer.arrayBuffer()));
}

/** The container and the prefix behind `azureml://datastores/…` or behind the address of a blob of a datastore's account. */
function placeOf(world: World, workspace: string, uri: string): BlobPlace;
function placeOf(world: World, workspace: string, uri: string, must: false): BlobPlace | undefined;
function placeOf(world: World, workspace: string, uri: string, must = true): BlobPlace | undefined {
  const named = /^azureml:\/\/(?:subscriptions\/.*\/)?datastores\/([^/]+)\/(?:paths\/)?(.*)$/.exec(uri);
  if (named !== null) {
    const datastore = world.store.get(`${workspace}/datastores/${named[1] ?? ''}`);
    if (datastore === undefined) throw new Error(`The datastore '${named[1] ?? ''}' was not found.`);
    return { container: String(recordProperties(datastore)['containerName']), prefix: named[2] ?? '' };
  }
  const datastores = world.store.list(({ id }) => id.toLowerCase().startsWith(`${workspace.toLowerCase()}/datastores/`)).map(recordProperties).filter(isRecord);
  for (const { containerName } of datastores) {
    const [, prefix] = uri.split(`/${String(containerName)}/`);
    if (prefix !== undefined) return { container: String(containerName), prefix };
  }
  if (must) throw new Error(`'${uri}' lies in no datastore of the workspace.`);
  return undefined;
}

/** The only file of an input that is one. */
export async function singleFiles({ folder }: JobRun, asked: CommandJob): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const input of asked.inputs) {
    if (!('uri' in input) || !input.isFile) continue;
    const [name] = (await filesBelow(jobPlaces.input(folder, input.name))).toSorted();
    if (name !== undefined) found[input.name] = name;
  }
  return found;
}

/** Paths of all files below a folder, with `/`; none where there is no folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((each) => each.isFile()).map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
