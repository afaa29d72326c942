import { DestinoError } from '../errors/index.ts';
import type { OwnedThing } from '../model/index.ts';
import type { Attempt } from '../store/index.ts';
import type { EngineParts } from './parts.ts';

export type Orphan = { target: string; thing: OwnedThing; reason: string; removed: boolean; error?: string };

export type PruneOptions = {
  /** Removes what is listed. Default: only lists. */
  remove?: boolean;
  /** How long a thing without a row must have been seen. Default: an hour. */
  olderThanMs?: number;
  signal?: AbortSignal;
};

/** What stands on a target under our mark and belongs to nothing: found by key, judged by the store, removed when told. */
export async function pruneTarget(parts: EngineParts, name: string, options: PruneOptions = {}): Promise<Orphan[]> {
  const open = await parts.targets.use(name);
  const { owned } = open.target;
  if (owned === undefined) {
    const answer = open.driver.capabilities.owned;
    const why = answer === true ? 'its driver does not offer it' : answer.unsupported;
    throw new DestinoError('unsupported', `what Destino made on '${name}' cannot be listed: ${why}`, { scope: name, kind: open.kind });
  }
  const things: OwnedThing[] = [];
  for await (const thing of owned.list(options.signal === undefined ? {} : { signal: options.signal })) {
    if (isOurs(parts, thing)) things.push(thing);
  }
  const orphans: Orphan[] = [];
  for (const { thing, reason } of await withoutOwner(parts, things, options.olderThanMs ?? parts.policy.orphanAfterMs)) {
    const error = options.remove === true ? await removeThing(() => owned.remove(thing)) : undefined;
    orphans.push({ target: name, thing, reason, removed: options.remove === true && error === undefined, ...(error !== undefined && { error }) });
  }
  return orphans;
}

function isOurs(parts: EngineParts, thing: OwnedThing): boolean {
  const { workspace, incarnation } = parts.store.info;
  return thing.workspace === workspace && thing.incarnation === incarnation;
}

async function removeThing(remove: () => Promise<void>): Promise<string | undefined> {
  try {
    await remove();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function withoutOwner(parts: EngineParts, things: readonly OwnedThing[], olderThanMs: number): Promise<{ thing: OwnedThing; reason: string }[]> {
  const keys = things.flatMap(({ key }) => key ?? []);
  const attempts = new Map((await parts.store.attemptsByKey(keys)).map((attempt) => [attempt.key, attempt]));
  const sightings = await parts.store.sight(things.map((thing) => sightingName(thing)));
  const now = await parts.store.nowMs();
  return things.flatMap((thing) => {
    const reason = orphanReason(thing.key === undefined ? undefined : attempts.get(thing.key), thing);
    const since = sightings.get(sightingName(thing)) ?? now;
    return reason !== undefined && now - since >= olderThanMs ? [{ thing, reason }] : [];
  });
}

function sightingName(thing: OwnedThing): string {
  return `${thing.what} ${thing.id}`;
}

/** Attempts that are unfinished own what carries their key; so do services, as long as their row stands. */
function orphanReason(attempt: Attempt | undefined, thing: OwnedThing): string | undefined {
  if (thing.what === 'target') return undefined;
  if (attempt === undefined) return 'no job or service of this workspace knows it';
  if (thing.what === 'service') return undefined;
  return attempt.phase === 'released' ? 'its attempt is over and was released' : undefined;
}
