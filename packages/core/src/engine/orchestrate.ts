import { isTerminalJobState, newKey, type JobState, type Reason } from '../model/index.ts';
import type { NewRecord, StoreRecord } from '../store/index.ts';
import { jobRequestSchema, type Group } from './documents.ts';
import { commitJob, type JobContext } from './job-context.ts';
import { jobNeeds, type NeedsSource } from './needs.ts';
import { wallTime } from './parts.ts';

/** A parent looks again this often even if no child pokes it. */
const orchestrateEveryMs = 30_000;

/** What a parent does next, from its steps and its children alone. */
export type GroupStep =
  | { do: 'create'; steps: string[] }
  | { do: 'cancel'; children: string[] }
  | { do: 'finish'; state: JobState; reason?: Reason }
  | { do: 'wait' };

/** Pure: children are found by their deterministic names, so a crash between any two steps makes none twice. */
export function decideGroup(group: Group, children: ReadonlyMap<string, { state: JobState }>, cancelled: boolean): GroupStep {
  const stateOf = (name: string): JobState | undefined => children.get(name)?.state;
  const live = group.steps.filter(({ name }) => children.has(name) && !isTerminalJobState(stateOf(name) ?? 'submitted')).map(({ name }) => name);
  const failed = group.steps.filter(({ name }) => ['failed', 'lost', 'cancelled'].includes(stateOf(name) ?? '')).map(({ name }) => name);
  const stop = cancelled || (failed.length > 0 && group.onFailure === 'cancel');
  if (stop) {
    if (live.length > 0) return { do: 'cancel', children: live };
    return cancelled ? { do: 'finish', state: 'cancelled', reason: { code: 'cancelled', text: 'cancelled on request' } } : failedGroup(failed);
  }
  const room = (group.maxConcurrent ?? Number.POSITIVE_INFINITY) - live.length;
  const waiting = group.steps.filter(({ name }) => !children.has(name));
  const ready = waiting.filter(({ after }) => after.every((name) => stateOf(name) === 'succeeded')).slice(0, Math.max(0, room));
  if (ready.length > 0) return { do: 'create', steps: ready.map(({ name }) => name) };
  if (live.length > 0) return { do: 'wait' };
  if (failed.length > 0) return failedGroup(failed);
  if (waiting.length === 0) return { do: 'finish', state: 'succeeded' };
  const text = `these steps wait for steps that will never succeed: ${waiting.map(({ name }) => name).join(', ')}`;
  return { do: 'finish', state: 'failed', reason: { code: 'unreachable-steps', text } };
}

function failedGroup(failed: readonly string[]): GroupStep {
  return { do: 'finish', state: 'failed', reason: { code: 'child-failed', text: `these steps did not succeed: ${failed.join(', ')}` } };
}

/** One pass over a parent: its effect is child rows, written in the same transaction as its own. */
export async function orchestrate(context: JobContext): Promise<number> {
  const { tracked, parts, request } = context;
  if (isTerminalJobState(tracked.record.state as JobState)) {
    await commitJob(context, { record: { active: false } });
    return 0;
  }
  const group = request.group ?? { steps: [], onFailure: 'cancel' as const };
  const rows = await childrenOf(context);
  const cancelled = tracked.record.requests.cancel !== undefined || tracked.record.requests.abandon !== undefined;
  const children = new Map([...rows].map(([name, row]) => [name, { state: row.state as JobState }]));
  let step = decideGroup(group, children, cancelled);
  if (step.do === 'create') {
    const taken = await takenNames(context, step.steps);
    for (const name of taken) children.set(name, { state: 'failed' });
    if (taken.length > 0) step = decideGroup(group, children, cancelled);
  }
  switch (step.do) {
    case 'wait':
      await settleInto(context, 'running');
      return orchestrateEveryMs;
    case 'create':
      await commitJob(context, { expectPoke: tracked.record.poke, record: { state: 'running' }, create: await childRecords(context, group, step.steps) });
      return 0;
    case 'cancel':
      return await cancelChildren(context, step.children.flatMap((name) => rows.get(name) ?? []));
    case 'finish':
      await commitJob(context, {
        record: { state: step.state, active: false },
        doc: { reason: step.reason, waitingFor: [], finishedAt: wallTime(parts.clock) },
        events: [{ type: 'finished', at: wallTime(parts.clock), data: { state: step.state } }],
      });
      return 0;
    default:
      return step satisfies never;
  }
}

/** Steps whose names belong to jobs that are not this parent's: they can never be made, and count as failed. */
async function takenNames({ parts, tracked }: JobContext, steps: readonly string[]): Promise<string[]> {
  const taken: string[] = [];
  for (const name of steps) {
    const row = await parts.store.named('job', `${tracked.record.name}.${name}`);
    if (row !== undefined && row.parent !== tracked.record.id) taken.push(name);
  }
  return taken;
}

async function settleInto(context: JobContext, state: JobState): Promise<void> {
  const { record } = context.tracked;
  if (record.state !== state || record.poke !== record.pokeSeen) await commitJob(context, { record: { state } });
}

async function childrenOf(context: JobContext): Promise<Map<string, StoreRecord>> {
  const { tracked, parts } = context;
  const prefix = `${tracked.record.name}.`;
  const rows = new Map<string, StoreRecord>();
  for (let after: string | undefined; ; ) {
    const page = await parts.store.list({ type: 'job', parent: tracked.record.id, limit: 1000, ...(after !== undefined && { after }) });
    for (const row of page.items) rows.set(row.name.slice(prefix.length), row);
    if (page.next === undefined) return rows;
    after = page.next;
  }
}

async function childRecords(context: JobContext, group: Group, names: readonly string[]): Promise<NewRecord[]> {
  const { tracked, parts } = context;
  const source: NeedsSource = { driver: (kind) => parts.targets.driver(kind), target: (name) => parts.store.named('target', name), hostId: parts.session.host.hostId };
  const records: NewRecord[] = [];
  for (const name of names) {
    const request = jobRequestSchema.parse(group.steps.find((step) => step.name === name)?.request);
    records.push({
      type: 'job',
      id: newKey(parts.randomBytes),
      name: `${tracked.record.name}.${name}`,
      kind: request.group === undefined ? 'command' : 'group',
      parent: tracked.record.id,
      state: 'submitted',
      active: true,
      needs: await jobNeeds(request, source),
      createdAt: wallTime(parts.clock),
      ...(request.targets[0] !== undefined && { target: request.targets[0] }),
      ...(tracked.record.createdBy !== undefined && { createdBy: tracked.record.createdBy }),
      spec: request,
      doc: {},
    });
  }
  return records;
}

async function cancelChildren(context: JobContext, rows: readonly StoreRecord[]): Promise<number> {
  const { tracked, parts, nowMs } = context;
  const at = wallTime(parts.clock);
  const asked = rows.filter((row) => row.requests.cancel === undefined);
  await commitJob(context, {
    record: { state: 'cancelling' },
    request: asked.map((row) => ({ id: row.id, requests: { cancel: { atMs: nowMs, by: `parent ${tracked.record.name}` } }, event: { type: 'requested', at, data: { cancel: true, by: tracked.record.name } } })),
  });
  return orchestrateEveryMs;
}
