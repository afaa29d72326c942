import type { Owned } from '@destino/core/driver';
import { isTerminalJobState, ownedThingSchema, type OwnedThing, type Owner } from '@destino/core/model';
import { equal, present, rejects, survivesJson, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';

const needs = { capabilities: ['jobs', 'owned'] } as const;
const stranger: Owner = { workspace: 'a-stranger', incarnation: 'of-another-store' };

async function ownedOf(trial: Trial, owner?: Owner): Promise<Owned> {
  return present((await trial.open(owner === undefined ? {} : { owner })).owned, 'the owned facet');
}

async function listAll(owned: Owned): Promise<OwnedThing[]> {
  const things: OwnedThing[] = [];
  for await (const thing of owned.list()) things.push(thing);
  return things;
}

/** The thing that carries the key, once it is listed. */
async function listed(trial: Trial, owned: Owned, key: string, what: OwnedThing['what'] = 'job'): Promise<OwnedThing> {
  const find = async (): Promise<OwnedThing | undefined> => (await listAll(owned)).find((thing) => thing.key === key && thing.what === what);
  return present(await trial.until(find, (thing) => thing !== undefined, `the ${what} in owned.list`), 'the thing');
}

async function submitLong(trial: Trial): Promise<string> {
  const { key } = trial.effect();
  const jobs = await trial.openJobs();
  await trial.running(jobs, await trial.submit(jobs, { does: 'sleeps', ms: 600_000 }, key));
  return key;
}

/** Semantic 12, for what jobs make. */
export const ownedChecks: readonly Check[] = [
  {
    id: 'owned.lists',
    sentence: "owned.list tells a job with its workspace, incarnation and key, from another process.",
    semantic: 12,
    needs,
    run: async (trial) => {
      const key = await submitLong(trial);
      const thing = await listed(trial, await ownedOf(trial), key);
      const { owner } = trial.subject;
      that(ownedThingSchema.safeParse(thing).success, `not an owned thing: ${JSON.stringify(thing)}`);
      survivesJson(thing, 'the thing');
      equal([thing.workspace, thing.incarnation], [owner.workspace, owner.incarnation], 'workspace and incarnation');
    },
  },
  {
    id: 'owned.hides-foreign',
    sentence: "owned.list of another owner does not tell of ours.",
    semantic: 12,
    needs,
    run: async (trial) => {
      const key = await submitLong(trial);
      await listed(trial, await ownedOf(trial), key);
      const theirs = await listAll(await ownedOf(trial, stranger));
      equal(theirs.filter((thing) => thing.key === key), [], "the stranger's things under our key");
    },
  },
  {
    id: 'owned.removes',
    sentence: 'owned.remove ends and removes an orphaned job, and may be repeated.',
    semantic: 12,
    needs,
    run: async (trial) => {
      const { key } = trial.effect();
      const jobs = await trial.openJobs();
      const handle = await trial.submit(jobs, { does: 'sleeps', ms: 600_000 }, key);
      await trial.running(jobs, handle);
      const owned = await ownedOf(trial);
      const thing = await listed(trial, owned, key);
      await owned.remove(thing);
      await owned.remove(thing);
      await trial.until(
        () => trial.inspect(jobs, handle),
        (seen) => seen.seen === 'absent' || (seen.seen === 'yes' && isTerminalJobState(seen.state)),
        'the end of the removed job',
      );
    },
  },
  {
    id: 'owned.refuses-foreign',
    sentence: "owned.remove refuses with 'conflict' what carries another owner's mark.",
    semantic: 12,
    needs,
    run: async (trial) => {
      const thing = await listed(trial, await ownedOf(trial), await submitLong(trial));
      await rejects((await ownedOf(trial, stranger)).remove(thing), 'conflict', "removing another owner's job");
    },
  },
  {
    id: 'owned.release-leaves-nothing',
    sentence: 'After release nothing made for the job is left, parts included.',
    semantic: 12,
    needs: { capabilities: ['jobs', 'owned', 'jobs.secrets'] },
    run: async (trial) => {
      const { key } = trial.effect();
      const jobs = await trial.openJobs();
      const secret = present(Object.keys(trial.subject.plantedSecrets)[0], 'a planted secret');
      const handle = await trial.submit(jobs, { does: 'reads-secret', secret }, key);
      await trial.end(jobs, handle);
      await jobs.release(handle);
      const left = async (): Promise<OwnedThing[]> => (await listAll(await ownedOf(trial))).filter((thing) => thing.key === key && thing.what === 'part');
      await trial.until(left, (things) => things.length === 0, 'the removal of all parts');
    },
  },
];
