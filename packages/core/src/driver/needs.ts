import type { JobSpec, Problem, ServiceSpec, TargetProbe } from '../model/index.ts';
import type { Capabilities, CapabilityName } from './capability.ts';

/** What a job or service asks of a kind of target, and the field that asks it. */
export type CapabilityNeed = { name: CapabilityName; path: string };

function jobNeeds(job: JobSpec): CapabilityNeed[] {
  const needs: CapabilityNeed[] = [{ name: 'jobs', path: '' }];
  const { kind } = job.environment;
  if (job.resources.nodes > 1) needs.push({ name: 'jobs.multi-node', path: 'resources.nodes' });
  if ((job.resources.gpus ?? 0) > 0) needs.push({ name: 'jobs.gpu', path: 'resources.gpus' });
  if (kind === 'image' || kind === 'build') needs.push({ name: 'jobs.image', path: 'environment' });
  if (kind === 'venv' || kind === 'conda') needs.push({ name: 'jobs.venv', path: 'environment' });
  if (Object.keys(job.secrets).length > 0) needs.push({ name: 'jobs.secrets', path: 'secrets' });
  return needs;
}

function serviceNeeds(service: ServiceSpec): CapabilityNeed[] {
  const needs: CapabilityNeed[] = [{ name: 'services', path: '' }];
  needs.push({ name: service.server.kind === 'script' ? 'services.script' : 'services.container', path: 'server' });
  if (service.copies.max > service.copies.min) needs.push({ name: 'services.autoscale', path: 'copies' });
  return needs;
}

/** The capabilities that `want` needs. A time-out needs none: where the target keeps none, the engine does. */
export function capabilityNeeds(want: { job: JobSpec } | { service: ServiceSpec }): CapabilityNeed[] {
  return 'job' in want ? jobNeeds(want.job) : serviceNeeds(want.service);
}

/** One error for each need that the kind lacks, or that the last probe found missing: the beginning of any `check`. */
export function capabilityProblems(
  want: { job: JobSpec } | { service: ServiceSpec },
  capabilities: Capabilities,
  lastProbe?: TargetProbe,
): Problem[] {
  const problems: Problem[] = [];
  for (const { name, path } of capabilityNeeds(want)) {
    const answer = capabilities[name];
    const missing = lastProbe?.missing[name];
    const message = answer === true ? missing?.text : answer.unsupported;
    if (message === undefined) continue;
    problems.push({ severity: 'error', path, code: 'unsupported', message, ...(missing?.fix !== undefined && { hint: missing.fix }) });
  }
  return problems;
}
