import type { Exit, JobInspection, JobView, Reason } from '@destino/core/model';
import { mapCause, mapState, type JobRecord } from '@destino/helper';
import type { Look, Observation, QueueTicket } from './observation.ts';

/** A claim is followed by its record at once; a claimant may sleep in between, so that this is no proof. */
const claimPatienceS = 30;
const namesShown = 5;
const quickestPollMs = 200;
const slowestPollMs = 5000;

const starting: Reason = { code: 'starting', text: 'its process is being started' };

/** What a look says of the job under `key`, which was submitted in the boot `bootId`. */
export function inspectionOf(key: string, bootId: string, look: Look): JobInspection {
  const seen = look.jobs.get(key);
  if (seen === undefined || (!seen.recorded && !seen.released)) return absent(true, 'no-folder', 'there is no folder of it on the machine');
  if (seen.released) return absent(true, 'released', 'its folder was released');
  const { ended, claimed } = seen.record;
  if (ended !== undefined) return endedView(seen, ended);
  if (bootId !== look.bootId) return absent(true, 'rebooted', 'the machine was started anew since');
  return claimed === undefined ? unclaimedView(key, seen, look) : claimedView(seen);
}

function claimedView(seen: Observation): JobInspection {
  const { running } = seen.record;
  const view = { seen: 'yes' as const, exits: [], ...startedAt(seen.record) };
  if (seen.runnerAlive) {
    if (running === undefined) return { ...view, state: 'preparing', rawState: 'claimed', reasons: [starting] };
    if (!seen.ending && seen.preparing !== undefined) return { ...view, state: 'preparing', rawState: 'preparing', reasons: [{ code: 'environment', text: seen.preparing }] };
    return { ...view, state: seen.ending ? 'cancelling' : 'running', rawState: seen.ending ? 'ending' : 'running', reasons: [] };
  }
  if (seen.processAlive) {
    const text = 'the process beside it was killed: it runs on, and its exit code will not be known';
    return { ...view, state: seen.ending ? 'cancelling' : 'running', rawState: 'unattended', reasons: [{ code: 'unattended', text }] };
  }
  return absent(true, 'killed', 'its process and the one beside it are gone, without an exit record');
}

function endedView(seen: Observation, ended: NonNullable<JobRecord['ended']>): JobView {
  const { cause, message } = mapCause(ended);
  const told = message ?? (cause === 'setup' ? seen.setup : undefined);
  const exit: Exit = {
    node: 0,
    cause,
    ...(ended.code !== undefined && { code: ended.code }),
    ...(ended.signal !== undefined && { signal: `SIG${ended.signal}` }),
    ...(told !== undefined && { message: told }),
  };
  const fix = ended.note === 'disk-full' || ended.note === 'no-log' ? { fix: 'free space on the machine: destino prune' } : {};
  const reasons: Reason[] = told === undefined ? [] : [{ code: ended.note ?? cause, text: told, ...fix }];
  return { seen: 'yes', state: mapState(ended), rawState: `ended: ${ended.cause}`, reasons, exits: [exit], ...startedAt(seen.record), endedAt: iso(ended.atMs) };
}

function unclaimedView(key: string, seen: Observation, look: Look): JobInspection {
  if (seen.claimedForS !== undefined) {
    if (seen.claimedForS > claimPatienceS) return absent(false, 'claim-without-word', 'it was claimed, and whoever claimed it has said nothing since');
    return { seen: 'yes', state: 'preparing', rawState: 'claimed', reasons: [starting], exits: [] };
  }
  const waiting = look.queue.filter(({ holds }) => !holds);
  const before = waiting.findIndex((ticket) => ticket.key === key);
  const own = waiting[before];
  if (own === undefined) return absent(false, 'no-ticket', 'it is not in the queue of the machine');
  const behind = before === 0 ? [] : [{ code: 'behind', text: `${before} before it in the queue: ${listNames(waiting.slice(0, before))}` }];
  const pollAfterMs = Math.min(slowestPollMs, quickestPollMs * (before + 1));
  return { seen: 'yes', state: 'queued', rawState: 'queued', reasons: [...shortages(own, look), ...behind], exits: [], pollAfterMs };
}

function shortages(own: QueueTicket, { queue, capacity }: Look): Reason[] {
  const held = queue.filter(({ holds }) => holds);
  if (held.length === 0) return [{ code: 'starting', text: 'its turn has come: it is about to start' }];
  const kinds = [
    { code: 'cores', unit: 'cores', of: (ticket: QueueTicket) => ticket.cores, all: capacity.cores },
    { code: 'memory', unit: 'bytes of memory', of: (ticket: QueueTicket) => ticket.memoryBytes, all: capacity.memoryBytes },
    { code: 'gpus', unit: 'graphics processors', of: (ticket: QueueTicket) => ticket.gpus, all: capacity.gpus },
  ];
  const short = kinds.flatMap(({ code, unit, of, all }) => {
    const taken = held.reduce((sum, ticket) => sum + of(ticket), 0);
    if (of(own) <= all - taken) return [];
    const who = listNames(held.filter((ticket) => of(ticket) > 0));
    return [{ code: `waits-for-${code}`, text: `waits for ${of(own)} ${unit}: ${taken} of ${all} are held by ${who}`, fix: 'wait, or end one of them: destino job cancel NAME' }];
  });
  return short.length > 0 ? short : [{ code: 'turn', text: 'waits for its turn' }];
}

function listNames(tickets: readonly QueueTicket[]): string {
  const names = tickets.slice(0, namesShown).map(({ name }) => name);
  const more = tickets.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}

function absent(conclusive: boolean, code: string, text: string): JobInspection {
  return { seen: 'absent', conclusive, reasons: [{ code, text }] };
}

function startedAt({ running }: JobRecord): { startedAt?: string } {
  return running === undefined ? {} : { startedAt: iso(running.atMs) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
