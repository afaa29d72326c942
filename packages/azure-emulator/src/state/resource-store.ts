import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One ARM resource: what is told about it, and what its service keeps to itself (secrets too). */
export type Resource = {
  id: string;
  /** `Microsoft.ContainerInstance/containerGroups`; compared without case. */
  type: string;
  subscription: string;
  group: string;
  name: string;
  /** When it was made, in the emulator's time. */
  createdMs: number;
  /** Changes with every write. */
  etag: string;
  body: Record<string, unknown>;
  hidden: Record<string, unknown>;
};

export interface ResourceStore {
  get(id: string): Resource | undefined;
  put(resource: Omit<Resource, 'etag'>): Resource;
  delete(id: string): boolean;
  /** In the order of creation. */
  list(fits: (resource: Resource) => boolean): Resource[];
  readonly folder: string;
}

/** One file a resource, replaced whole; readable by its owner only. */
export function openResourceStore(folder: string): ResourceStore {
  const files = join(folder, 'resources');
  mkdirSync(files, { recursive: true, mode: 0o700 });
  const all = new Map<string, Resource>();
  for (const name of readdirSync(files)) {
    if (!name.endsWith('.json')) continue;
    const resource = JSON.parse(readFileSync(join(files, name), 'utf8')) as Resource;
    all.set(resource.id.toLowerCase(), resource);
  }
  const fileOf = (id: string): string => join(files, `${createHash('sha256').update(id.toLowerCase()).digest('hex').slice(0, 32)}.json`);
  let writes = 0;
  return {
    folder,
    get: (id) => all.get(id.toLowerCase()),
    put: (resource) => {
      writes += 1;
      const text = JSON.stringify(resource);
      const kept: Resource = { ...resource, etag: `"${createHash('sha256').update(`${writes} ${text}`).digest('hex').slice(0, 16)}"` };
      all.set(resource.id.toLowerCase(), kept);
      const file = fileOf(resource.id);
      writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      return kept;
    },
    delete: (id) => {
      rmSync(fileOf(id), { force: true });
      return all.delete(id.toLowerCase());
    },
    list: (fits) => [...all.values()].filter(fits).sort((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1)),
  };
}
