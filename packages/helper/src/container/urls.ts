import { fileURLToPath } from 'node:url';
import type { Staging, StagingVerb } from '@destino/core/driver';
import type { ContainerPlan } from './plan.ts';

/** The file `urls`: a place a line. A `file:` URL becomes the path that the helper takes. Short-lived secrets. */
export function urlsText(places: Readonly<Record<string, string>>): string {
  return Object.entries(places).map(([name, place]) => `${name} ${placeText(place)}\n`).join('');
}

function placeText(place: string): string {
  const text = place.startsWith('file:') ? fileURLToPath(place) : place;
  if (/[\n"\\]/.test(text)) throw new TypeError('an address with quotes, backslashes or line breaks cannot be given to the helper');
  return text;
}

/** Where a job's own things lie in staging. */
export function stagedJobFolder(key: string): string {
  return `jobs/${key}`;
}

/** What the helper does with each of its own places, and no more. */
const verbsOf: Readonly<Record<string, readonly StagingVerb[]>> = {
  claim: ['create', 'read'],
  record: ['create', 'write'],
  stdout: ['append', 'read'],
  stderr: ['append', 'read'],
  outputs: ['append', 'read'],
  'outputs-index': ['create', 'write'],
  control: ['read'],
  urls: ['read'],
};

export type UrlSet = {
  key: string;
  plan: ContainerPlan;
  /** The staged path of each fetch, by its name; a place that is an address of its own (`https:`) stands as it is. */
  sources: Readonly<Record<string, string>>;
  lifetimeMs: number;
  signal?: AbortSignal;
};

/** Signs the whole set of places for one job. Ask again, and write the answer where `urls` leads, before it ends. */
export async function signPlaces(staging: Staging, { key, plan, sources, lifetimeMs, signal }: UrlSet): Promise<Record<string, string>> {
  const options = { lifetimeMs, ...(signal !== undefined && { signal }) };
  const folder = stagedJobFolder(key);
  const places: Record<string, string> = {};
  for (const [name, verbs] of Object.entries(verbsOf)) places[name] = await staging.url(`${folder}/${name}`, { ...options, verbs });
  for (const name of Object.keys(plan.logs ?? {})) places[name] = await staging.url(`${folder}/${name}`, { ...options, verbs: ['append', 'read'] });
  for (const { name } of plan.fetches) {
    const source = sources[name];
    if (source === undefined) continue;
    places[name] = /^(https?|file):/.test(source) ? source : await staging.url(source, { ...options, verbs: ['read'] });
  }
  return places;
}
