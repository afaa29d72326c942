import { toDestinoError } from '../errors/index.ts';
import { isTerminalJobState, type JobState } from '../model/index.ts';
import type { Attempt } from '../store/index.ts';
import { decideJob, type Step } from './decide-job.ts';
import { currentAttempt, jobContext, openAttempt, type JobContext } from './job-context.ts';
import { begin } from './job-steps/begin.ts';
import { cancel, giveUp } from './job-steps/cancel.ts';
import { collect } from './job-steps/collect.ts';
import { drain } from './job-steps/drain.ts';
import { observe } from './job-steps/observe.ts';
import { release, rest } from './job-steps/release.ts';
import { resolve } from './job-steps/resolve.ts';
import { stage, submit } from './job-steps/submit.ts';
import { LogPump } from './log-pump.ts';
import { orchestrate } from './orchestrate.ts';
import type { EngineParts } from './parts.ts';
import { isOp, type Tracked } from './tracker.ts';

/** The most steps of one pass: a job that needs more lets others have their turn. */
const maxSteps = 12;

/** Takes a job as far as it goes without waiting, and says in how many milliseconds to look again. */
export async function superviseJob(parts: EngineParts, tracked: Tracked): Promise<number> {
  for (let count = 0; count < maxSteps; count += 1) {
    const context = jobContext(parts, tracked);
    const step = decideJob({ record: tracked.record, doc: context.doc, attempt: tracked.attempt, nowMs: context.nowMs, policy: parts.policy, deadlineMs: await deadline(context) });
    const waiting = transferWait(context, step);
    if (waiting !== undefined) return waiting;
    if (step.do === 'wait') return Math.max(1, step.untilMs - context.nowMs);
    if (step.do === 'inspect') return Math.min(await look(context), untilNextAct(context, await deadline(context)));
    const delayMs = await take(context, step);
    if (delayMs !== undefined || tracked.record.session === undefined) return delayMs ?? 0;
  }
  return 0;
}

async function take(context: JobContext, step: Exclude<Step, { do: 'wait' } | { do: 'inspect' }>): Promise<number | undefined> {
  switch (step.do) {
    case 'orchestrate':
      return await orchestrate(context);
    case 'begin':
      return void (await begin(context));
    case 'stage':
      return void (await stage(context));
    case 'submit':
      return void (await submit(context));
    case 'resolve':
      return void (await resolve(context));
    case 'cancel':
      return void (await cancel(context, step.cause));
    case 'give-up':
      return void (await giveUp(context, step.as));
    case 'drain':
      return void (await drain(context));
    case 'collect':
      return void (await collect(context));
    case 'release':
      return void (await release(context));
    case 'settle':
      return void (await rest(context, currentAttempt(context)));
    default:
      return step satisfies never;
  }
}

/** Drain, collect and release wait for `retryAtMs` after a failure; a poke does not hurry them. */
function transferWait(context: JobContext, step: Step): number | undefined {
  if (step.do !== 'drain' && step.do !== 'collect' && step.do !== 'release') return undefined;
  const { retryAtMs } = context.doc;
  return retryAtMs !== undefined && retryAtMs > context.nowMs ? retryAtMs - context.nowMs : undefined;
}

/** When the engine ends the job, in store time: its own limit, or the backstop of the target's. */
async function deadline(context: JobContext): Promise<number | undefined> {
  const { attempt } = context.tracked;
  const timeoutMs = context.request.spec?.timeoutMs;
  if (timeoutMs === undefined || attempt?.runningMs === undefined || attempt.phase !== 'live') return undefined;
  const { open } = await openAttempt(context, attempt);
  const { policy } = context.parts;
  const slack = open.driver.traits.timeout === 'target' ? policy.timeoutSlackMs + (context.request.spec?.graceMs ?? 0) : 0;
  return attempt.runningMs + timeoutMs + slack;
}

async function look(context: JobContext): Promise<number> {
  const { parts, tracked } = context;
  const { changed, absent, pollAfterMs } = await observe(context);
  const { attempt } = tracked;
  if (tracked.record.session === undefined) return 0;
  if (attempt === undefined || attempt.phase !== 'live') return 0;
  const logDelayMs = await pumpWhileLive(context, attempt);
  if (absent === true) return Math.min(logDelayMs, absenceDelay(context));
  return Math.min(logDelayMs, Math.max(changed ? parts.policy.pollMinMs : pollDelay(context, attempt), pollAfterMs ?? 0));
}

/** However seldom a job is looked at: its time-out, and the next request to end it, come when they are due. */
function untilNextAct({ tracked: { attempt }, parts: { policy }, nowMs }: JobContext, deadlineMs: number | undefined): number {
  const acts = [deadlineMs ?? Number.POSITIVE_INFINITY, (attempt?.cancelSentMs ?? Number.POSITIVE_INFINITY) + policy.cancelRepeatMs];
  return Math.max(1, Math.min(...acts.filter((atMs) => atMs > nowMs), Number.POSITIVE_INFINITY) - nowMs);
}

/** As many looks as a verdict of lost takes, spread over the time it takes. */
function absenceDelay({ parts: { policy } }: JobContext): number {
  return policy.settleMinMs / policy.absences / 2;
}

/** A tenth of the attempt's age: an end is noticed soon in proportion, and old jobs cost little. */
function pollDelay(context: JobContext, attempt: Attempt): number {
  const { policy } = context.parts;
  const ageMs = context.nowMs - (attempt.submittedMs ?? attempt.createdMs);
  return Math.min(policy.pollMaxMs, Math.max(policy.pollMinMs, ageMs / 10));
}

/**
 * Brings in the log of a live job when somebody follows it, or when its target forgets bytes, and says when it wants to
 * again. Elsewhere the target keeps it until the end, and carrying it would only cost calls.
 */
async function pumpWhileLive(context: JobContext, attempt: Attempt): Promise<number> {
  const { parts, tracked } = context;
  const { open, jobs } = await openAttempt(context, attempt);
  if (jobs.logFiles !== undefined || isTerminalJobState(tracked.record.state as JobState)) return Number.POSITIVE_INFINITY;
  const followed = parts.followed.has(tracked.record.id) || (tracked.record.requests.follow?.untilMs ?? 0) > context.nowMs;
  if (!followed && open.driver.traits.logs !== 'gaps') return Number.POSITIVE_INFINITY;
  const everyMs = followed ? parts.policy.followLogEveryMs : parts.policy.logEveryMs;
  const dueMs = (pulledAt.get(tracked) ?? Number.NEGATIVE_INFINITY) + everyMs - parts.clock.monotonicMs();
  if (dueMs > 0) return dueMs;
  pulledAt.set(tracked, parts.clock.monotonicMs());
  try {
    // Noted, or the request would wake this host again and again while the log says nothing.
    if (tracked.record.poke !== tracked.record.pokeSeen) await parts.tracker.commit(tracked, {});
    const pump = await LogPump.of(parts, tracked, attempt);
    await pump.pull(jobs, attempt, { follow: false, signal: parts.leaving.signal });
  } catch (error) {
    if (isOp(error, 'engine.claim')) throw error;
    // The end of a job is looked for at its own pace, whether its log can be read or not.
    tracked.fresh = false;
    tracked.pump = undefined;
    parts.logger.warn('engine.log-failed', { job: tracked.record.name, key: attempt.key, error: toDestinoError(error).message });
  }
  return everyMs;
}

const pulledAt = new WeakMap<Tracked, number>();
