import { existsSync, readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owned } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { keySchema, type OwnedThing, type Owner } from '@destino/core/model';
import { parseAbout, type About } from './about.ts';
import { makeHandle } from './handle.ts';
import { jobFiles, type Layout } from './layout.ts';
import type { Machine } from './machine.ts';
import { errnoOf, told } from './map-error.ts';
import { readRecord } from './record-file.ts';

/** The folders of jobs that carry this workspace's mark, released ones with what they kept. */
export function ownedFolders(places: Layout, machine: Machine, owner: Owner): Owned {
  return {
    list: async function* () {
      for (const key of await names(places.jobs)) {
        const about = readAbout(places, key);
        if (about === undefined || about.owner.workspace !== owner.workspace) continue;
        yield describe(places, machine, key, about);
      }
    },
    remove: async (thing) => told('remove the job’s folder', async () => await remove(places, machine, thing, owner)),
  };
}

function describe(places: Layout, machine: Machine, key: string, about: About): OwnedThing {
  const folder = join(places.jobs, key);
  const released = existsSync(jobFiles(folder).released);
  const facts = { id: key, key, ...about.owner, createdAt: about.createdAt };
  if (released) return { ...facts, what: 'part', note: `log and outputs of the finished job ${about.name}` };
  return { ...facts, what: 'job', handle: makeHandle(key, { folder, bootId: machine.bootId }), note: about.name };
}

async function remove(places: Layout, machine: Machine, thing: OwnedThing, owner: Owner): Promise<void> {
  const key = keySchema.safeParse(thing.id);
  if (!key.success) throw new DestinoError('not-found', `'${thing.id}' is not the key of a job`);
  const files = jobFiles(join(places.jobs, key.data));
  if (!existsSync(files.folder)) return;
  const about = readAbout(places, key.data);
  if (about?.owner.workspace !== owner.workspace || about.owner.incarnation !== thing.incarnation) {
    throw new DestinoError('conflict', `the job folder ${key.data} belongs to another workspace`, { hint: 'remove it from that workspace' });
  }
  const record = readRecord(files.record);
  const lives = [record?.claimed, record?.running].some((process) => process !== undefined && machine.alive(process.pid, process.start));
  if (lives && record?.ended === undefined) {
    throw new DestinoError('conflict', `the job ${about.name} is running`, { hint: `destino job cancel ${about.name}` });
  }
  await rm(files.folder, { recursive: true, force: true });
}

function readAbout(places: Layout, key: string): About | undefined {
  try {
    return parseAbout(readFileSync(jobFiles(join(places.jobs, key)).about, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => keySchema.safeParse(name).success).toSorted();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
