import type { Capabilities, CapabilityName, Traits, Want } from '@destino/core/driver';
import type { JobSpec, Problem, ServiceSpec, TargetProbe } from '@destino/core/model';

type Need = { name: CapabilityName; path: string };

function jobNeeds(job: JobSpec): Need[] {
  const needs: Need[] = [{ name: 'jobs', path: '' }];
  if (job.resources.nodes > 1) needs.push({ name: 'jobs.multi-node', path: 'resources.nodes' });
  if ((job.resources.gpus ?? 0) > 0) needs.push({ name: 'jobs.gpu', path: 'resources.gpus' });
  if (job.environment.kind === 'image' || job.environment.kind === 'build') needs.push({ name: 'jobs.image', path: 'environment' });
  if (job.environment.kind === 'venv' || job.environment.kind === 'conda') needs.push({ name: 'jobs.venv', path: 'environment' });
  if (Object.keys(job.secrets).length > 0) needs.push({ name: 'jobs.secrets', path: 'secrets' });
  if (job.timeoutMs !== undefined) needs.push({ name: 'jobs.timeout', path: 'timeoutMs' });
  return needs;
}

function serviceNeeds(service: ServiceSpec): Need[] {
  const needs: Need[] = [{ name: 'services', path: '' }];
  needs.push({ name: service.server.kind === 'script' ? 'services.script' : 'services.container', path: 'server' });
  if (service.copies.max > service.copies.min) needs.push({ name: 'services.autoscale', path: 'copies' });
  return needs;
}

/** What the declared capabilities, narrowed by the last probe, leave undone of what is wanted. */
export function checkWant(want: Want, capabilities: Capabilities, traits: Traits, lastProbe: TargetProbe | undefined): Problem[] {
  const problems: Problem[] = [];
  for (const { name, path } of 'job' in want ? jobNeeds(want.job) : serviceNeeds(want.service)) {
    const answer = capabilities[name];
    const missing = lastProbe?.missing[name];
    const reason = answer === true ? missing?.text : answer.unsupported;
    if (reason !== undefined) problems.push({ severity: 'error', path, code: 'unsupported', message: reason, hint: missing?.fix ?? 'choose another target' });
  }
  if ('job' in want && traits.once === 'best-effort') {
    const message = 'after a lost answer this job is not submitted again by itself, since the target might run it twice';
    problems.push({ severity: 'warning', path: '', code: 'best-effort', message });
  }
  return problems;
}
