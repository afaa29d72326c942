import type { Exit, ExitCause, JobInspection, JobView, Reason, SeenJobState } from '@destino/core/model';
import type { JobRecord } from '@destino/helper';
import { neverQueued, type SlurmState } from './handle.ts';
import { mapState, type StateMeaning } from './map-state.ts';
import type { FolderView, Polled, SlurmView } from './poll.ts';
import { pendingReason } from './reasons.ts';

const starting: Reason = { code: 'starting', text: 'its nodes are given; its command is being started' };

/** How one job stands, from what a poll told. */
export function viewOf(state: SlurmState & { id: string }, { folders, slurm }: Polled): JobInspection {
  const folder = folders.get(state.key);
  if (folder === undefined || !folder.there) return absent(false, 'no-folder', 'its folder on the cluster is gone');
  if (folder.released) return absent(true, 'released', 'its folder was released');
  const id = folder.id ?? state.id;
  const told = slurm.get(id);
  if (told !== undefined) return seenView(state, folder, told, id);
  if (folder.ending !== undefined && !folder.claimed) return endedView(state, folder, { state: 'CANCELLED', reason: '' }, mapState('CANCELLED'));
  if (allEnded(state, folder)) return endedView(state, folder, { state: 'gone from the queue', reason: '' }, { state: 'failed', cause: 'exit' });
  if (id === neverQueued) return absent(false, 'not-queued', 'Slurm was never given it');
  return absent(false, 'unknown-to-slurm', `Slurm knows no job ${id} any more, and its folder does not tell an end`);
}

function absent(conclusive: boolean, code: string, text: string): JobInspection {
  return { seen: 'absent', conclusive, reasons: [{ code, text }] };
}

function allEnded({ nodes, processesPerNode }: SlurmState, { ranks }: FolderView): boolean {
  return ranks.size === nodes * processesPerNode && [...ranks.values()].every(({ ended }) => ended !== undefined);
}

function seenView(state: SlurmState, folder: FolderView, told: SlurmView, id: string): JobView {
  const meaning = mapState(told.state);
  if (['succeeded', 'failed', 'cancelled'].includes(meaning.state)) return endedView(state, folder, told, meaning);
  const view = { seen: 'yes' as const, rawState: told.state, exits: [], reasons: reasonsOf(told.state, meaning) };
  if (meaning.state === 'queued') {
    const begins = told.start;
    return { ...view, state: folder.ending === undefined ? 'queued' : 'cancelling', reasons: [pendingReason(told.reason, id, begins)] };
  }
  const begun = [...folder.ranks.values()].some(({ running }) => running !== undefined);
  const startedAt = startOf(folder, told);
  const times = startedAt === undefined ? {} : { startedAt };
  if (folder.ending !== undefined) return { ...view, ...times, state: 'cancelling' };
  if (meaning.state === 'running' && !begun) return { ...view, state: 'preparing', reasons: [starting] };
  return { ...view, ...times, state: meaning.state };
}

function reasonsOf(word: string, { text }: StateMeaning): Reason[] {
  return text === undefined ? [] : [{ code: word.toLowerCase().replaceAll('_', '-'), text }];
}

function endedView(state: SlurmState, folder: FolderView, told: SlurmView, meaning: StateMeaning): JobView {
  const exits = Array.from({ length: state.nodes }, (_, node) => exitOf(node, state, folder, meaning));
  const ours = folder.ending === undefined ? [] : [{ code: 'cancelled', text: 'it was cancelled' }];
  const theirs = told.state === 'CANCELLED' && folder.ending === undefined ? [{ code: 'cancelled-on-the-cluster', text: 'it was cancelled on the cluster, not by Destino' }] : [];
  const setup = exits.some(({ cause }) => cause === 'setup') ? [{ code: 'setup', text: 'its command could not be started on the node' }] : [];
  const [startedAt, endedAt] = [startOf(folder, told), endOf(folder, told)];
  const times = { ...(startedAt !== undefined && { startedAt }), ...(endedAt !== undefined && { endedAt }) };
  return { seen: 'yes', state: finalState(exits, folder, meaning), rawState: told.state, reasons: [...reasonsOf(told.state, meaning), ...ours, ...theirs, ...setup], exits, ...times };
}

function finalState(exits: readonly Exit[], folder: FolderView, { state }: StateMeaning): SeenJobState {
  if (exits.every(({ cause, code }) => cause === 'exit' && code === 0)) return 'succeeded';
  const asked = exits.some(({ cause }) => cause === 'cancelled');
  const own = exits.some(({ cause }) => cause === 'timeout' || cause === 'oom' || cause === 'preempted' || cause === 'node-lost');
  if (own) return 'failed';
  if (asked && (folder.ending !== undefined || state === 'cancelled')) return 'cancelled';
  return 'failed';
}

/** Of the processes of a node, the one that failed speaks for it. */
function exitOf(node: number, { processesPerNode }: SlurmState, { ranks, ending }: FolderView, meaning: StateMeaning): Exit {
  const own = Array.from({ length: processesPerNode }, (_, local) => ranks.get(node * processesPerNode + local)?.ended);
  const failed = own.find((ended) => ended !== undefined && !(ended.cause === 'exit' && ended.code === 0));
  const ended = failed ?? own.find((each) => each !== undefined);
  if (ended !== undefined) return { node, ...causeOf(ended, meaning) };
  if (meaning.state === 'succeeded') return { node, cause: 'exit', code: 0 };
  const begun = ranks.size > 0;
  const unsaid: ExitCause = ending !== undefined ? 'cancelled' : meaning.cause === 'platform' && begun ? 'signal' : (meaning.cause ?? 'platform');
  return { node, cause: unsaid === 'exit' ? 'platform' : unsaid, ...(meaning.text !== undefined && { message: meaning.text }) };
}

const endedByCluster: ReadonlySet<ExitCause | undefined> = new Set(['oom', 'timeout', 'preempted', 'node-lost']);

/**
 * Slurm knows whose the signal was that ended a command; of one that had time to end by itself, the helper's word
 * stands. A child that was killed for memory makes most commands fail in a way of their own.
 */
function causeOf(ended: NonNullable<JobRecord['ended']>, { cause: bySlurm, text }: StateMeaning): Omit<Exit, 'node'> {
  const bySignal = ended.cause === 'signal' || ended.cause === 'cancelled' || ended.code === 137 || ended.note === 'runner-gone';
  const failed = ended.cause === 'exit' && ended.code !== 0;
  const theirs = endedByCluster.has(bySlurm) && (bySignal || (bySlurm === 'oom' && failed));
  const cause: ExitCause = theirs && bySlurm !== undefined ? bySlurm : ended.cause;
  const message = theirs ? text : undefined;
  return { cause, ...(ended.code !== undefined && { code: ended.code }), ...(ended.signal !== undefined && { signal: `SIG${ended.signal}` }), ...(message !== undefined && { message }) };
}

function startOf({ ranks }: FolderView, told: SlurmView): string | undefined {
  const times = [...ranks.values()].flatMap(({ running }) => (running === undefined ? [] : [running.atMs]));
  return times.length > 0 ? new Date(Math.min(...times)).toISOString() : told.start;
}

function endOf({ ranks }: FolderView, told: SlurmView): string | undefined {
  const times = [...ranks.values()].flatMap(({ ended }) => (ended === undefined ? [] : [ended.atMs]));
  return times.length > 0 ? new Date(Math.max(...times)).toISOString() : told.end;
}
