import { errorToData, toDestinoError } from '../errors/index.ts';
import type { Services } from '../driver/index.ts';
import { newKey, serviceSpecSchema, type ServiceInspection, type ServiceSpec } from '../model/index.ts';
import type { Attempt } from '../store/index.ts';
import { serviceDocSchema, serviceRequestSchema, targetDocSchema, type ServiceDoc, type ServiceRequest } from './documents.ts';
import { withoutUndefined } from './job-context.ts';
import { wallTime, type EngineParts } from './parts.ts';
import { backoffMs } from './policy.ts';
import type { Tracked } from './tracker.ts';

type ServiceContext = { parts: EngineParts; tracked: Tracked; request: ServiceRequest; doc: ServiceDoc; nowMs: number };

const lookEveryMs = 10_000;

/** One pass over a service: brings its target to the newest revision asked for, then looks how it is. */
export async function superviseService(parts: EngineParts, tracked: Tracked): Promise<number> {
  const request = serviceRequestSchema.parse(tracked.record.spec);
  const context: ServiceContext = { parts, tracked, request, doc: serviceDocSchema.parse(tracked.record.doc), nowMs: parts.session.storeNowMs() };
  const { target } = await parts.targets.use(request.target, tracked.attempt?.targetRevision);
  const { services } = target;
  if (services === undefined) return await fail(context, `target '${request.target}' hosts no services`);
  if (tracked.record.requests.remove !== undefined) return await remove(context, services);
  const wanted = wantedSpec(context);
  // A first deployment whose answer was lost is finished under its own key before a newer revision begins: what it may
  // have made can only be found by that key, and would stand in the way of another.
  const unanswered = tracked.attempt?.phase === 'submitting' && context.doc.handle === undefined;
  if (!unanswered && (tracked.attempt?.number ?? 0) < wanted.revision) return await begin(context, services, wanted.revision);
  if (tracked.attempt?.phase === 'staging') return await stage(context, services, wanted);
  if (tracked.attempt?.phase === 'ready' || tracked.attempt?.phase === 'submitting') return await apply(context, services, wanted);
  return await look(context, services);
}

/** The newest revision asked for. */
function wantedSpec({ tracked, request }: ServiceContext): ServiceSpec {
  const { revise } = tracked.record.requests;
  return revise === undefined ? request.spec : serviceSpecSchema.parse(revise.spec);
}

async function commit(context: ServiceContext, change: { attempt?: Attempt; state?: string; active?: boolean; doc?: Partial<ServiceDoc>; expectPoke?: number }): Promise<void> {
  const doc = withoutUndefined({ ...context.doc, ...change.doc });
  await context.parts.tracker.commit(context.tracked, {
    record: { doc, ...(change.state !== undefined && { state: change.state }), ...(change.active !== undefined && { active: change.active }) },
    ...(change.attempt !== undefined && { attempt: change.attempt }),
    ...(change.expectPoke !== undefined && { expectPoke: change.expectPoke }),
  });
  context.doc = doc;
}

/** The intent of one revision, with a key of its own, before any call. */
async function begin(context: ServiceContext, services: Services, revision: number): Promise<number> {
  const { parts, tracked, request } = context;
  const record = await parts.targets.record(request.target);
  const attempt: Attempt = {
    key: newKey(parts.randomBytes),
    record: tracked.record.id,
    number: revision,
    target: request.target,
    targetRevision: targetDocSchema.parse(record.doc).revision,
    phase: services.stage === undefined ? 'ready' : 'staging',
    reasons: [],
    exits: [],
    createdMs: context.nowMs,
    absentCount: 0,
    failures: 0,
  };
  await commit(context, { attempt, state: context.doc.handle === undefined ? 'deploying' : 'updating', expectPoke: tracked.record.poke });
  return 0;
}

/** Moves content, for as long as it takes. It has no effect that costs or runs, so it is simply done again after a failure. */
async function stage(context: ServiceContext, services: Services, spec: ServiceSpec): Promise<number> {
  const { parts, tracked } = context;
  const { attempt } = tracked;
  if (attempt === undefined) return 0;
  try {
    parts.tracker.guard(tracked);
    const staged = await services.stage?.(spec, { key: attempt.key, fence: tracked.claim.fence, signal: parts.leaving.signal });
    await commit(context, { attempt: { ...attempt, phase: 'ready', failures: 0, ...(staged !== undefined && { staged }) }, doc: { waitingFor: [], reason: undefined } });
    return 0;
  } catch (thrown) {
    const error = toDestinoError(thrown);
    if (error.op === 'engine.claim' || error.op === 'engine.poke' || parts.leaving.signal.aborted) throw error;
    return await applyFailed(context, attempt, error.toJSON());
  }
}

/** Deploys, or updates what stands. The same key again is the same effect, so a lost answer is asked for again. */
async function apply(context: ServiceContext, services: Services, spec: ServiceSpec): Promise<number> {
  const { parts, tracked } = context;
  const { attempt } = tracked;
  if (attempt === undefined) return 0;
  await commit(context, { attempt: { ...attempt, phase: 'submitting', submittedMs: context.nowMs }, expectPoke: tracked.record.poke });
  try {
    parts.tracker.guard(tracked);
    const options = { key: attempt.key, fence: tracked.claim.fence, ...(attempt.staged !== undefined && { staged: attempt.staged }) };
    const { handle } = context.doc;
    const answer = handle === undefined ? await services.deploy(spec, options) : await services.update(handle, spec, options);
    await commit(context, { attempt: { ...attempt, phase: 'live', handle: answer.handle, failures: 0 }, doc: { handle: answer.handle, waitingFor: [], reason: undefined } });
    return 0;
  } catch (thrown) {
    const error = toDestinoError(thrown);
    if (error.op === 'engine.claim' || error.op === 'engine.poke') throw error;
    return await applyFailed(context, attempt, error.toJSON());
  }
}

async function applyFailed(context: ServiceContext, attempt: Attempt, error: { code: string; message: string; retry: string; retryAfterMs?: number | undefined; hint?: string | undefined }): Promise<number> {
  await context.parts.tracker.refresh(context.tracked);
  context.doc = serviceDocSchema.parse(context.tracked.record.doc);
  // The write after the call happened, and only its answer was lost.
  const phase = context.tracked.attempt?.phase;
  if (context.tracked.attempt?.key !== attempt.key || phase !== (attempt.phase === 'staging' ? 'staging' : 'submitting')) return 0;
  const reason = { code: error.code, text: error.message, ...(error.hint !== undefined && { fix: error.hint }) };
  if (error.retry === 'never' && error.code !== 'internal' && !predecessorShows(context, attempt, error.code)) {
    await commit(context, { attempt: { ...attempt, phase: 'live', failures: 0 }, state: 'failed', doc: { reason } });
    return lookEveryMs;
  }
  const failures = attempt.failures + 1;
  await commit(context, { attempt: { ...attempt, phase, failures }, doc: { waitingFor: [reason] } });
  return error.retryAfterMs ?? backoffMs(context.parts.policy, failures);
}

/** A target may go on showing for a while a service of that name that was taken away just now. */
function predecessorShows({ parts, doc, nowMs }: ServiceContext, attempt: Attempt, code: string): boolean {
  return code === 'conflict' && doc.handle === undefined && attempt.number > 1 && nowMs - attempt.createdMs < parts.policy.settleMinMs;
}

async function look(context: ServiceContext, services: Services): Promise<number> {
  const { handle } = context.doc;
  if (handle === undefined) return lookEveryMs;
  const [view] = await services.inspect([handle]).catch((error: unknown): ServiceInspection[] => [{ seen: 'unknown', error: errorToData(error) }]);
  if (view?.seen !== 'yes') return await notSeen(context, view);
  const doc = { revision: view.revision, copies: view.copies, rawState: view.rawState, waitingFor: view.reasons, ...(view.handle !== undefined && { handle: view.handle }) };
  const changed = context.tracked.record.state !== view.state || JSON.stringify({ ...context.doc, ...doc }) !== JSON.stringify(context.doc);
  if (changed || context.tracked.record.poke !== context.tracked.record.pokeSeen) await commit(context, { state: view.state, doc });
  return view.pollAfterMs ?? (view.state === 'healthy' ? lookEveryMs : 1_000);
}

/** What is not seen is told; only a target that is certain makes it failed. A new revision brings it back. */
async function notSeen(context: ServiceContext, view: Exclude<ServiceInspection, { seen: 'yes' }> | undefined): Promise<number> {
  const { request } = context;
  if (view?.seen === 'absent' && view.conclusive) {
    const reason = { code: 'absent', text: `${request.target} is certain that the service is gone` };
    if (context.tracked.record.state !== 'failed') await commit(context, { state: 'failed', doc: { reason, waitingFor: [], copies: undefined } });
    return lookEveryMs;
  }
  const reason = view?.seen === 'unknown' ? { code: view.error.code === 'unauthenticated' ? 'needs-you' : view.error.code, text: view.error.message, ...(view.error.hint !== undefined && { fix: view.error.hint }) } : { code: 'absent', text: `${request.target} does not show the service` };
  if (context.doc.waitingFor[0]?.text !== reason.text) await commit(context, { doc: { waitingFor: [reason] } });
  return lookEveryMs;
}

/** What stands, or may stand under the last key, is taken away; a key without an answer is watched. */
async function remove(context: ServiceContext, services: Services): Promise<number> {
  const { parts, tracked } = context;
  const { attempt } = tracked;
  const found = context.doc.handle === undefined && attempt !== undefined ? await services.find(attempt.key) : undefined;
  const handle = context.doc.handle ?? (found?.found === true ? found.handle : undefined);
  if (handle !== undefined) {
    parts.tracker.guard(tracked);
    await services.undeploy(handle);
  }
  const watched = attempt !== undefined && (attempt.phase === 'submitting' || attempt.handle === undefined);
  await parts.tracker.commit(tracked, {
    record: { state: 'gone', active: false },
    create: watched ? [watch(context, attempt)] : [],
    events: [{ type: 'finished', at: wallTime(parts.clock), data: { state: 'gone' } }],
  });
  return 0;
}

function watch({ parts, tracked, nowMs }: ServiceContext, attempt: Attempt): Parameters<EngineParts['store']['create']>[0] {
  const spec = { key: attempt.key, what: 'service', target: attempt.target, targetRevision: attempt.targetRevision, untilMs: nowMs + parts.policy.watchForMs };
  return { type: 'watch', id: newKey(parts.randomBytes), name: attempt.key, kind: 'service', target: attempt.target, state: 'watching', active: true, needs: tracked.record.needs, createdAt: wallTime(parts.clock), spec, doc: { looks: 0, ended: 0 } };
}

async function fail(context: ServiceContext, text: string): Promise<number> {
  await commit(context, { state: 'failed', active: false, doc: { reason: { code: 'unsupported', text } } });
  return 0;
}
