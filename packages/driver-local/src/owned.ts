import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owned } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { keySchema, type OwnedThing, type Owner } from '@destino/core/model';
import { readAbout, type About } from './about.ts';
import { makeHandle } from './handle.ts';
import { jobFiles, type Layout } from './layout.ts';
import type { LocalMachine } from './local-machine.ts';
import type { Machine } from './machine.ts';
import { errnoOf, heed, told } from './map-error.ts';
import { readRecord } from './record-file.ts';
import { removeService } from './services/remove-service.ts';

const removalGraceMs = 5000;

/** The folders of jobs that carry this workspace's mark. `remove` also takes away what a released job had kept. */
export function ownedFolders(here: LocalMachine, owner: Owner): Owned {
  const { places, machine } = here;
  return {
    list: async function* (options) {
      heed(options);
      for (const key of await names(places.jobs)) {
        heed(options);
        if (existsSync(jobFiles(join(places.jobs, key)).released)) continue; // what it kept is the workspace's
        const about = readAbout(jobFiles(join(places.jobs, key)).about);
        if (about === undefined || about.owner.workspace !== owner.workspace) continue;
        yield describe(places, machine, key, about);
      }
    },
    remove: async (thing, options) => told('remove the job’s folder', options, async () => await remove(here, thing, owner)),
  };
}

function describe(places: Layout, machine: Machine, key: string, about: About): OwnedThing {
  const folder = join(places.jobs, key);
  return { id: key, key, ...about.owner, createdAt: about.createdAt, what: about.service === true ? 'service' : 'job', handle: makeHandle(key, { folder, bootId: machine.bootId }), note: about.name };
}

/** A job that goes on is ended first: its folder would be filled again. */
async function remove(here: LocalMachine, thing: OwnedThing, owner: Owner): Promise<void> {
  const { places, server } = here;
  const key = keySchema.safeParse(thing.id);
  if (!key.success) throw new DestinoError('not-found', `'${thing.id}' is not the key of a job`);
  const files = jobFiles(join(places.jobs, key.data));
  if (!existsSync(files.folder)) return;
  const about = readAbout(files.about);
  if (about?.owner.workspace !== owner.workspace || about.owner.incarnation !== thing.incarnation) {
    throw new DestinoError('conflict', `the job folder ${key.data} belongs to another workspace`, { hint: 'remove it from that workspace' });
  }
  if (about.service === true) return await removeService(here, key.data);
  const record = readRecord(files.record);
  if (record !== undefined && record.ended === undefined) await server.end(key.data, removalGraceMs);
  await rm(files.folder, { recursive: true, force: true });
}

async function names(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => keySchema.safeParse(name).success).toSorted();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
