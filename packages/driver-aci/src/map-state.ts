import type { ContainerGroup, Event } from '@azure/arm-containerinstance';
import type { Exit, ExitCause, JobView, Reason, SeenJobState } from '@destino/core/model';
import type { EndCause, JobRecord } from '@destino/helper';

/** The one table of how a job's end reads. */
const stateOf: Readonly<Record<EndCause, (code: number | undefined) => SeenJobState>> = {
  exit: (code) => (code === 0 ? 'succeeded' : 'failed'),
  signal: () => 'failed',
  oom: () => 'failed',
  timeout: () => 'failed',
  cancelled: () => 'cancelled',
  setup: () => 'failed',
  platform: () => 'failed',
};

/** Exit codes of the helper itself. */
const helperCodes: Readonly<Record<number, { cause: ExitCause; message: string }>> = {
  97: { cause: 'platform', message: 'another container had claimed this job before' },
  98: { cause: 'setup', message: 'the job could not be prepared: destino job logs tells why' },
};
const killedCode = 137;

export type GroupSeen = ContainerGroup & { provisioningState?: string; instanceView?: { state?: string; events?: Event[] } };

/** What the platform says of the group, and the helper of the job, as one view. Total: every word of theirs has a place. */
export function mapState(group: GroupSeen, record: JobRecord | undefined, cancelAsked: boolean): JobView {
  const { provisioningState = '', instanceView = {} } = group;
  const view = group.containers[0]?.instanceView;
  const phase = view?.currentState;
  const rawState = `${provisioningState}/${instanceView.state ?? ''}/${phase?.state ?? ''}`;
  const started = phase?.state === 'Waiting' || phase?.startTime === undefined ? {} : { startedAt: iso(phase.startTime) };
  const base = { seen: 'yes' as const, rawState, ...started };
  const events = [...(instanceView.events ?? []), ...(view?.events ?? [])];
  if (phase?.state === 'Terminated') {
    const { state, exit } = endOf(phase.exitCode, record, events);
    const ended = phase.finishTime === undefined ? {} : { endedAt: iso(phase.finishTime) };
    return { ...base, ...ended, state, exits: [exit], reasons: exit.message === undefined ? [] : [{ code: exit.cause, text: exit.message }] };
  }
  if (instanceView.state === 'Stopped') return { ...base, state: 'cancelled', exits: [{ node: 0, cause: 'cancelled' }], reasons: [] };
  if (phase?.state === 'Running') {
    const state = record?.ended !== undefined ? 'finalizing' : cancelAsked ? 'cancelling' : record?.running === undefined ? 'preparing' : 'running';
    return { ...base, state, exits: [], reasons: state === 'preparing' ? [{ code: 'fetching', text: 'the container fetches code and inputs' }] : [] };
  }
  const refused = refusalOf(provisioningState, events);
  if (refused !== undefined) return { ...base, state: 'failed', exits: [refused], reasons: [{ code: refused.cause, text: refused.message ?? '' }] };
  return { ...base, state: 'preparing', exits: [], reasons: [waitingReason(events)] };
}

function endOf(code: number | undefined, record: JobRecord | undefined, events: readonly Event[]): { state: SeenJobState; exit: Exit } {
  const ended = record?.ended;
  if (ended !== undefined && !(ended.note === 'runner-gone' && code === killedCode)) {
    const outputs = record?.pushed?.outputs === 'failed' ? { message: 'some of its outputs could not be brought to the storage' } : {};
    const exit: Exit = { node: 0, cause: ended.cause, ...(ended.code !== undefined && { code: ended.code }), ...(ended.signal !== undefined && { signal: `SIG${ended.signal}` }), ...outputs };
    return { state: stateOf[ended.cause](ended.code), exit };
  }
  const taken = events.find(({ name }) => name === 'Preempted');
  if (taken !== undefined) return { state: 'failed', exit: { node: 0, cause: 'preempted', message: taken.message ?? 'the platform took its capacity back' } };
  const own = helperCodes[code ?? -1];
  if (own !== undefined) return { state: 'failed', exit: { node: 0, ...own } };
  const message = `the container ended with exit code ${code ?? 'unknown'} before its end was recorded`;
  return { state: 'failed', exit: { node: 0, cause: code === killedCode ? 'platform' : 'setup', ...(code !== undefined && { code }), message } };
}

/** What will not get better: an image that cannot be pulled, a volume that cannot be mounted. */
function refusalOf(provisioningState: string, events: readonly Event[]): Exit | undefined {
  const pull = events.find(({ name, message }) => name === 'Failed' && /pull/i.test(message ?? ''));
  const tries = events.filter(({ name }) => name === 'Pulling').reduce((sum, { count = 1 }) => sum + count, 0);
  if (pull !== undefined && tries > 1) return { node: 0, cause: 'image', message: pull.message ?? 'the image cannot be pulled' };
  if (provisioningState !== 'Failed') return undefined;
  const last = events.findLast(({ type }) => type === 'Warning');
  return { node: 0, cause: 'platform', message: last?.message ?? 'the platform could not set up the container group' };
}

function waitingReason(events: readonly Event[]): Reason {
  const last = events.at(-1);
  return { code: last?.name === 'Pulling' ? 'pulling' : 'provisioning', text: last?.message ?? 'the container group is being set up' };
}

function iso(time: Date | string): string {
  return typeof time === 'string' ? time : time.toISOString();
}
