import type { JobSpec, Problem, ServiceSpec, TargetProbe } from '../model/index.ts';
import { targetProbeSchema } from '../model/index.ts';
import type { OpenTargets } from './open-targets.ts';

/** What the driver of `target` finds wrong with a job, by the file, its declaration and the last probe. No network. */
export async function checkJob(targets: OpenTargets, spec: JobSpec, target: string): Promise<Problem[]> {
  const { driver, doc, revision } = await targets.use(target);
  return driver.check({ job: spec }, driver.configSchema.parse(doc.configs[String(revision)]), lastProbe(doc.attributes['probe']));
}

/** The same of a service. */
export async function checkService(targets: OpenTargets, spec: ServiceSpec, target: string): Promise<Problem[]> {
  const { driver, doc, revision } = await targets.use(target);
  return driver.check({ service: spec }, driver.configSchema.parse(doc.configs[String(revision)]), lastProbe(doc.attributes['probe']));
}

function lastProbe(stored: unknown): TargetProbe | undefined {
  const probe = targetProbeSchema.safeParse(stored);
  return probe.success ? probe.data : undefined;
}
