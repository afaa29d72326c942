import { createHash, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DestinoError } from '@destino/core/errors';
import { keySchema, type Owner } from '@destino/core/model';
import { hostStatusSchema, serviceFiles, type HostStatus } from '@destino/scoring-host';
import { jobFiles, type Layout } from '../layout.ts';
import { errnoOf } from '../map-error.ts';

/** A service is a job of the helper's that does not end by itself; these are the files that it has beyond a job's. */
export function statusOf(folder: string): HostStatus | undefined {
  const text = textOf(join(folder, serviceFiles.status));
  if (text === undefined) return undefined;
  return hostStatusSchema.safeParse(JSON.parse(text)).data;
}

/** In the folder of a later revision: the key of the service that it belongs to. */
const partOf = 'part-of';

export function markPart(folder: string, serviceKey: string): void {
  writeFileSync(join(folder, partOf), serviceKey, { mode: 0o600 });
}

export function serviceKeyOf(folder: string): string | undefined {
  return keySchema.safeParse(textOf(join(folder, partOf))?.trim()).data;
}

/** The file that holds the key of whoever has a name in a workspace. */
function nameFile(places: Layout, owner: Owner, name: string): string {
  return join(places.root, 'services', createHash('sha256').update(JSON.stringify([owner.workspace, name])).digest('hex').slice(0, 32));
}

/** Takes the name for a key, unless a standing service has it. @throws `conflict` */
export function takeName(places: Layout, owner: Owner, name: string, key: string, stands: (key: string) => boolean): void {
  mkdirSync(join(places.root, 'services'), { recursive: true, mode: 0o700 });
  const file = nameFile(places, owner, name);
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, key, { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(draft, file); // whole, and only once
        return;
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw error;
      }
      const holder = textOf(file);
      if (holder === key) return;
      if (holder !== undefined && stands(holder)) throw new DestinoError('conflict', `a service '${name}' that is not this one stands here`, { scope: name, hint: 'choose another name, or remove it first' });
      if (holder !== undefined) rmSync(file, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Gives the name back, if this key has it. */
export function giveName(places: Layout, owner: Owner, name: string, key: string): void {
  const file = nameFile(places, owner, name);
  if (textOf(file) === key) rmSync(file, { force: true });
}

/** True while a service under this key is not on its way out. */
export function isStanding(places: Layout, key: string): boolean {
  const files = jobFiles(join(places.jobs, key));
  return textOf(files.about) !== undefined && textOf(files.released) === undefined;
}

/** The words of a file, `undefined` when it is not there. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
