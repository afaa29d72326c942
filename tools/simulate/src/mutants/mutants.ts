import type { Replacement } from './load-mutated.ts';

/** An engine or a store that is wrong in one way, which the simulation is to notice. */
export type Mutant = { name: string; replacements: readonly Replacement[] };

const engine = (file: string, find: string, replace: string): Replacement => ({ file: `core/src/engine/${file}.ts`, find, replace });
const store = (file: string, find: string, replace: string): Replacement => ({ file: `core/src/store/${file}.ts`, find, replace });

const lastLook = `await commitJob(context, {
    attempt: { ...attempt, submittedMs: context.nowMs },`;

export const mutants: readonly Mutant[] = [
  {
    name: 'the store lets a stale claim write',
    replacements: [store('transition', 'record !== undefined && record.session === claim.session && record.fence === claim.fence && isLive(session, nowMs)', 'record !== undefined')],
  },
  { name: 'the store takes claims from the living', replacements: [store('memory-state-store', 'record.active && !this.#owned(record, now) &&', 'record.active &&')] },
  { name: 'submit comes before its commit', replacements: [engine('job-steps/submit', lastLook, `void (async (..._: unknown[]) => undefined)(context, {\n    attempt: { ...attempt, submittedMs: context.nowMs },`)] },
  { name: 'submit does not look whether the user asked for its end', replacements: [engine('job-steps/submit', 'expectPoke: tracked.record.poke,', '')] },
  {
    name: 'one absence is taken for lost, and tried again',
    replacements: [
      engine('job-steps/observe', 'if (conclusive || tidied || (absentCount >= policy.absences && old)) {', 'if (conclusive || tidied || absentCount + policy.absences + (old ? 1 : 0) > 0) {'),
      engine('job-steps/observe', "cause: 'lost', conclusive: inspection.conclusive, reason", "cause: 'lost', conclusive: true, reason"),
    ],
  },
  {
    name: 'the uncommitted tail of a log is counted',
    replacements: [
      engine('log-pump', '${this.#tracked.claim.fence}-${ordinal}-', '${ordinal}-'),
      engine('log-pump', "await this.#parts.blobs.append(open.blob ?? '', open.lengthBytes, bytes)", "await this.#parts.blobs.append(open.blob ?? '', (await this.#parts.blobs.size(open.blob ?? '')) ?? 0, bytes)"),
    ],
  },
  { name: 'a cancelled submission is resolved by another', replacements: [engine('job-steps/resolve', 'if (cancel !== undefined) {', 'if (cancel !== undefined && found.conclusive && attempt.failures > 1e9) {')] },
  {
    name: 'a pump is kept after a failure',
    replacements: [
      engine('pass-runner', 'tracked.pump = undefined;', ''),
      engine('tracker', 'tracked.pump = undefined;', ''),
      engine('job-context', 'tracked.pump = undefined;', ''),
    ],
  },
  { name: 'a pump goes on with another attempt', replacements: [engine('log-pump', 'pump !== undefined && pump.#attempt === attempt.key', 'pump !== undefined'), engine('tracker', 'tracked.pump = undefined;', '')] },
  { name: 'an older revision of a service is applied', replacements: [engine('supervise-service', 'await services.update(handle, spec, options)', 'await services.update(handle, context.request.spec, options)')] },
  { name: 'a job is released before its log is drained', replacements: [engine('decide-job', "return { do: 'drain' };", "return { do: 'release' };")] },
  { name: 'outputs are collected before the log is drained', replacements: [engine('decide-job', "return { do: 'drain' };", "return { do: 'collect' };")] },
  { name: 'a lost answer of the store counts as none', replacements: [engine('tracker', 'tracked.fresh = false;\n    const outcome', 'const outcome')] },
  { name: 'a submission under way is begun anew', replacements: [engine('decide-job', "return { do: 'resolve' };", "return { do: 'begin' };")] },
  {
    name: 'a finished job is forgotten before its release',
    replacements: [engine('job-steps/collect', 'record: { state: verdict.state },', 'record: { state: verdict.state, active: false } as { state: string },')],
  },
];
