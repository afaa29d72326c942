import type { JobSpec, ServiceSpec, Environment } from '@destino/core/model';
import { jobSpecSchema, serviceSpecSchema } from '@destino/core/model';
import { checkFates, lowerDeployment, lowerJob, type EnvironmentWish, type FormatProblem, type ParsedDeployment, type ParsedJob } from '@destino/formats';

/** What is asked of a driver: exactly one of the two. */
export type Asked = { job: JobSpec } | { service: ServiceSpec };

/** A file that is checked, as far as no target matters. */
export type CheckSubject = {
  /** The target that the file names itself. */
  target: string | undefined;
  environment: EnvironmentWish;
  fates(targetKind: string): ReturnType<typeof checkFates>;
  ask(environment: Environment): { asked?: Asked; problems: FormatProblem[] };
};

export function jobSubject(job: ParsedJob): CheckSubject {
  return {
    target: job.target,
    environment: job.environment,
    fates: (targetKind) => checkFates({ kind: 'command-job', value: job.value, file: job.file, places: job.places }, targetKind),
    ask: (environment) => ({ asked: { job: jobSpecSchema.parse(lowerJob(job, { name: 'check', environment })) }, problems: [] }),
  };
}

/** Stands for content that a check does not bring into the workspace: no driver looks into it before it is staged. */
const unread = '0'.repeat(64);

export function deploymentSubject(deployment: ParsedDeployment): CheckSubject {
  const { value, file, places, code, model } = deployment;
  return {
    target: undefined,
    environment: deployment.environment ?? { kind: 'host' },
    fates: (targetKind) => checkFates({ kind: 'online-deployment', value, file, places }, targetKind),
    ask: (environment) => {
      const content = { ...(code !== undefined && { snapshot: unread }), ...(model !== undefined && { model: { snapshot: unread, name: 'check', version: '1' } }) };
      const { spec, problems } = lowerDeployment(deployment, { name: 'check', revision: 1, environment, ...content });
      return spec === undefined ? { problems } : { asked: { service: serviceSpecSchema.parse(spec) }, problems };
    },
  };
}
