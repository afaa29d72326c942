import { isTerminalJobState, type JobState, type Reason } from '../model/index.ts';
import { canServe, type StoreRecord } from '../store/index.ts';
import { jobDocSchema, jobRequestSchema, type JobDoc, type JobRequest } from './documents.ts';
import type { EngineParts } from './parts.ts';

/** One line of an explanation: for this candidate, this constraint holds, for this reason, and this helps. */
export type Explanation = { candidate: string; constraint: string; reason: string; fix?: string | undefined; since?: string | undefined };
export type Why = { name: string; state: string; explanations: Explanation[] };

/** Why a job is as it is: waiting, moved, retried, failed or refused. */
export async function whyJob(parts: EngineParts, record: StoreRecord): Promise<Why> {
  const request = jobRequestSchema.parse(record.spec);
  const doc = jobDocSchema.parse(record.doc);
  const explanations = [
    ...(await hostLines(parts, record)),
    ...doc.refusals.map(({ target, attempt, reason }) => line(attempt === undefined ? target : `${target} (attempt ${attempt})`, reason)),
    ...stateLines(record, request, doc),
    ...(record.active ? await targetLines(parts, request, doc) : []),
  ];
  return { name: record.name, state: record.state, explanations };
}

function line(candidate: string, reason: Reason): Explanation {
  return { candidate, constraint: reason.code, reason: reason.text, ...(reason.fix !== undefined && { fix: reason.fix }), ...(reason.since !== undefined && { since: reason.since }) };
}

function stateLines(record: StoreRecord, request: JobRequest, doc: JobDoc): Explanation[] {
  const candidate = record.target ?? request.targets[0] ?? record.name;
  if (isTerminalJobState(record.state as JobState)) {
    return doc.reason === undefined ? [] : [line(candidate, doc.reason)];
  }
  return doc.waitingFor.map((reason) => line(candidate, reason));
}

/** An unfinished job that no living host supervises, and what a host would have to offer. */
async function hostLines(parts: EngineParts, record: StoreRecord): Promise<Explanation[]> {
  if (!record.active) return [];
  const sessions = await parts.store.sessions();
  if (sessions.some((session) => session.id === record.session)) return [];
  if (sessions.some((session) => canServe(session, record.needs))) return [{ candidate: 'this workspace', constraint: 'unclaimed', reason: 'a host is about to take it over' }];
  const missing = sessions.length === 0 ? record.needs : record.needs.filter((need) => !sessions.some((session) => session.host.offers.includes(need)));
  const text = sessions.length === 0 ? 'no host is running that could supervise it; it goes on by itself where its target can' : `no running host offers ${missing.join(', ') || 'all that it needs at once'}`;
  return [{ candidate: 'this workspace', constraint: 'unsupervised', reason: text, fix: `destino job wait ${record.name}` }];
}

/** The other candidates: they are tried in turn. */
async function targetLines(parts: EngineParts, request: JobRequest, doc: JobDoc): Promise<Explanation[]> {
  const lines: Explanation[] = [];
  for (const [index, name] of request.targets.entries()) {
    if (index === doc.candidate && doc.attempt > 0) continue;
    const target = await parts.store.named('target', name);
    if (target === undefined) lines.push({ candidate: name, constraint: 'not-found', reason: `there is no target '${name}'`, fix: 'destino target list' });
    else if (target.state !== 'ready') lines.push({ candidate: name, constraint: 'target-state', reason: `the target is ${target.state}`, fix: `destino target show ${name}` });
    else if (index !== doc.candidate) lines.push({ candidate: name, constraint: 'preference', reason: 'it is tried when the targets before it have no capacity' });
  }
  return lines;
}
