import { isTerminalJobState, type JobState } from '@destino/core/model';
import type { Attempt, StoreRecord } from '@destino/core/store';
import { allRecords, checkRows, type World } from './invariants.ts';
import { Violation } from './ledger.ts';

/** At the end of a run, when all has come to rest. */
export async function checkEnd(world: World): Promise<void> {
  await checkRows(world);
  for (const record of await allRecords(world.store, 'job')) {
    const attempts = await world.store.attempts(record.id);
    const attempt = attempts.at(-1);
    if (!isTerminalJobState(record.state as JobState)) throw new Violation(`${record.name} is lost: still ${record.state} long after everything came to rest`, attempt?.key);
    if (record.active) throw new Violation(`${record.name} is ${record.state} and was never released`, attempt?.key);
    if (attempt !== undefined && attempt.phase !== 'released') throw new Violation(`${record.name} is at rest, and its attempt is only ${attempt.phase}`, attempt.key);
    if (attempt !== undefined) agree(world, record, attempt);
    for (const each of attempts) checkLost(record, each);
  }
  for (const record of await allRecords(world.store, 'service')) {
    const problem = serviceProblem(world, record);
    if (problem !== undefined) throw new Violation(problem);
  }
  for (const key of Object.keys(world.remote.truth.starts())) {
    const view = world.remote.look(key);
    if (view.seen === 'yes' && !['succeeded', 'failed', 'cancelled'].includes(view.state)) throw new Violation(`${key} still ${view.state} at the end, and no job of ours is`, key);
  }
}

/** What the rows say of the last attempt is what really happened. */
function agree({ remote }: World, record: StoreRecord, attempt: Attempt): void {
  const starts = remote.truth.startsOf(attempt.key);
  if (record.state === 'succeeded' && starts === 0) throw new Violation(`${record.name} succeeded and never ran`, attempt.key);
  const view = remote.look(attempt.key);
  if (view.seen !== 'yes' || record.state === 'lost') return;
  const truth = view.state;
  if (truth === 'succeeded' && record.state === 'failed' && (record.doc as { reason?: { code: string } }).reason?.code !== 'outputs') {
    throw new Violation(`${record.name} is failed, and its last attempt succeeded`, attempt.key);
  }
  if (truth === 'failed' && record.state === 'succeeded') throw new Violation(`${record.name} is succeeded, and its last attempt failed`, attempt.key);
}

/** Nothing in this world ever vanishes by itself, so no target can have been certain that a job is gone. */
function checkLost(record: StoreRecord, { key, verdict }: Attempt): void {
  if (verdict?.state === 'lost' && verdict.conclusive) throw new Violation(`${record.name} was taken for lost, and it was there`, key);
}

/** What is wrong with a service that should serve the newest revision asked for, or be gone. */
function serviceProblem({ remote }: World, record: StoreRecord): string | undefined {
  if (record.requests.remove !== undefined) return record.active ? `${record.name} is to be removed, and is ${record.state} still` : undefined;
  const wanted = record.requests.revise?.revision ?? (record.spec as { spec: { revision: number } }).spec.revision;
  const served = remote.serviceHistory(record.name).at(-1)?.revision;
  return record.active && served !== wanted ? `${record.name} serves revision ${served}, and ${wanted} is wanted` : undefined;
}

export async function servicesServe(world: World): Promise<boolean> {
  const services = await allRecords(world.store, 'service');
  return services.every((record) => serviceProblem(world, record) === undefined);
}
