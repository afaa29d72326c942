import { newKey, type Reason } from '../../model/index.ts';
import type { Attempt } from '../../store/index.ts';
import { isDestinoError } from '../../errors/index.ts';
import { targetDocSchema, type Refusal } from '../documents.ts';
import { checkJob } from '../check-job.ts';
import { commitJob, reasonOf, specOf, type JobContext } from '../job-context.ts';
import { jobNeeds } from '../needs.ts';
import { wallTime } from '../parts.ts';

type Candidate = { target: string; index: number; revision: number; needs: string[] };
/** The choice, or the last reason against one; and why others were passed over. */
type Choice = { passedOver: Refusal[] } & ({ chosen: Candidate } | { reason: Reason });

/**
 * Writes the intent: an attempt with its key and target, before any driver is called. A job that was cancelled or
 * given up before that ends here, and nothing was ever started for it.
 */
export async function begin(context: JobContext): Promise<void> {
  const { tracked, parts, doc } = context;
  const { requests } = tracked.record;
  if (requests.cancel !== undefined || requests.abandon !== undefined) {
    const when = doc.attempt === 0 ? 'it was started' : 'its next attempt';
    await finishUnstarted(context, 'cancelled', { code: 'cancelled', text: `cancelled before ${when}` });
    return;
  }
  const choice = await candidate(context);
  const refusals = withPassedOver(doc.refusals, choice.passedOver);
  if ('reason' in choice) {
    await finishUnstarted(context, 'failed', choice.reason, refusals);
    return;
  }
  const found = choice.chosen;
  const attempt: Attempt = {
    key: newKey(parts.randomBytes),
    record: tracked.record.id,
    number: doc.attempt + 1,
    target: found.target,
    targetRevision: found.revision,
    phase: 'staging',
    reasons: [],
    exits: [],
    createdMs: context.nowMs,
    absentCount: 0,
    failures: 0,
  };
  const servable = found.needs.every((need) => parts.session.host.offers.includes(need));
  await commitJob(context, {
    attempt,
    expectPoke: tracked.record.poke,
    record: { state: 'preparing', target: found.target, needs: found.needs },
    doc: { attempt: attempt.number, candidate: found.index, retryAtMs: undefined, waitingFor: [], rawState: undefined, refusals },
    events: [{ type: 'attempt', at: wallTime(parts.clock), data: { number: attempt.number, target: attempt.target, key: attempt.key } }],
    ...(!servable && { letGo: true }),
  });
}

/** The target in turn, or the next one that exists and takes work. */
async function candidate(context: JobContext): Promise<Choice> {
  const { request, doc, parts, tracked } = context;
  const passedOver: Refusal[] = [];
  let last: Reason = { code: 'no-target', text: 'the job names no target', fix: 'name one: --target local' };
  for (let step = 0; step < request.targets.length; step += 1) {
    const index = (doc.candidate + step) % request.targets.length;
    const target = request.targets[index] ?? '';
    try {
      const record = await parts.targets.record(target);
      if (record.requests.remove === undefined && record.state !== 'gone' && record.state !== 'deleting') {
        const refused = await refusedBy(context, target);
        const revision = targetDocSchema.parse(record.doc).revision;
        if (refused === undefined) return { passedOver, chosen: { target, index, revision, needs: await needsOn(context, target) } };
        last = refused;
      } else last = { code: 'target-gone', text: `target '${target}' is being removed`, fix: 'choose another: destino target list' };
    } catch (error) {
      if (!isDestinoError(error, 'not-found')) throw error;
      last = reasonOf(error);
    }
    parts.logger.info('engine.candidate-refused', { job: tracked.record.name, target, reason: last.text });
    passedOver.push({ target, reason: last });
  }
  return { passedOver, reason: last };
}

/** A target that is passed over in each round is told once. */
function withPassedOver(known: readonly Refusal[], passedOver: readonly Refusal[]): Refusal[] {
  const fresh = passedOver.filter(({ target, reason }) => !known.some((each) => each.target === target && each.attempt === undefined && each.reason.text === reason.text));
  return [...known, ...fresh].slice(-20);
}

/** What the driver finds wrong with this job on that target, offline. A target of another host's driver is not judged. */
async function refusedBy(context: JobContext, target: string): Promise<Reason | undefined> {
  const record = await context.parts.targets.record(target);
  if (context.parts.targets.driver(record.kind) === undefined) return undefined;
  const problem = (await checkJob(context.parts.targets, specOf(context), target)).find(({ severity }) => severity === 'error');
  return problem === undefined ? undefined : { code: problem.code, text: `${target}: ${problem.message}`, ...(problem.hint !== undefined && { fix: problem.hint }) };
}

/** What a host must offer for this job on that target. */
async function needsOn(context: JobContext, target: string): Promise<string[]> {
  const { parts, request, tracked } = context;
  // The machine that a job belongs to stays the one where it was submitted.
  const home = tracked.record.needs.find((need) => need.startsWith('host:'))?.slice('host:'.length) ?? parts.session.host.hostId;
  return await jobNeeds({ ...request, targets: [target] }, { driver: (kind) => parts.targets.driver(kind), target: (name) => parts.store.named('target', name), hostId: home });
}

async function finishUnstarted(context: JobContext, state: 'cancelled' | 'failed', reason: Reason, refusals: Refusal[] = context.doc.refusals): Promise<void> {
  await commitJob(context, {
    record: { state, active: false },
    doc: { reason, refusals, waitingFor: [], retryAtMs: undefined, finishedAt: wallTime(context.parts.clock) },
    events: [{ type: 'finished', at: wallTime(context.parts.clock), data: { state, reason } }],
  });
}
