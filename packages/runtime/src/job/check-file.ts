import type { Engine } from '@destino/core';
import type { Driver } from '@destino/core/driver';
import { isDestinoError } from '@destino/core/errors';
import { targetProbeSchema, type JobSpec, type TargetProbe } from '@destino/core/model';
import { isFine, loadAnyFile, loadDeploymentFile, loadJobFile, planEnvironment, type FormatProblem, type LoadOptions } from '@destino/formats';
import type { DriverRegistry } from '../drivers/driver-registry.ts';
import { resolveTargets, type Settings } from '../workspace/settings.ts';
import { deploymentSubject, jobSubject, type Asked, type CheckSubject } from './check-subject.ts';
import { freshProbe } from './choose-environment.ts';

export type CheckOptions = {
  file: string;
  /** `all`, or names in order; default: the file's target, else the workspace's. */
  targets?: readonly string[];
  set?: readonly string[];
  inputs?: Readonly<Record<string, string>>;
  variables?: Readonly<Record<string, string>>;
  /** Asks the target itself whether it would take the job. */
  online?: boolean;
};

export type Verdict = 'yes' | 'no' | 'unknown';
export type TargetCheck = { target: string; verdict: Verdict; problems: FormatProblem[]; /** When the target was last looked at. */ probedAt?: string };
export type FileCheck = { kind: string | undefined; targets: TargetCheck[]; problems: FormatProblem[] };

export type CheckParts = { engine: Engine; drivers: DriverRegistry; settings: Settings; secretNames: readonly string[] };

/** Whether a file would run, target by target: by the file, the drivers' declarations and what was last seen. */
export async function checkFile(options: CheckOptions, parts: CheckParts): Promise<FileCheck> {
  const { drivers } = parts;
  const load: LoadOptions = { set: options.set ?? [], inputs: options.inputs ?? {}, variables: options.variables ?? {}, currentFolder: process.cwd(), secrets: new Set(parts.secretNames) };
  const any = await loadAnyFile(options.file, { ...load, kinds: drivers.list().map(({ kind }) => kind), configSchema: (kind) => drivers.get(kind)?.configSchema });
  if (any.kind !== 'command-job' && any.kind !== 'online-deployment') return { kind: any.kind, targets: [], problems: any.problems };
  const { subject, problems } = any.kind === 'command-job' ? await ofJob(options.file, load) : await ofDeployment(options.file, load);
  if (subject === undefined) return { kind: any.kind, targets: [], problems };
  const targets: TargetCheck[] = [];
  for (const name of await wantedTargets(options, subject, parts)) targets.push(await checkTarget(name, subject, options, parts));
  return { kind: any.kind, targets, problems };
}

type Loaded = { subject: CheckSubject | undefined; problems: FormatProblem[] };

async function ofJob(file: string, load: LoadOptions): Promise<Loaded> {
  const { job, problems } = await loadJobFile(file, { ...load, verb: 'job' });
  return { subject: job === undefined ? undefined : jobSubject(job), problems };
}

async function ofDeployment(file: string, load: LoadOptions): Promise<Loaded> {
  const { deployment, problems } = await loadDeploymentFile(file, load);
  return { subject: deployment === undefined ? undefined : deploymentSubject(deployment), problems };
}

async function wantedTargets({ targets }: CheckOptions, subject: CheckSubject, { engine, settings }: CheckParts): Promise<string[]> {
  if (targets?.length === 1 && targets[0] === 'all') return (await engine.targets.list()).map(({ name }) => name);
  return resolveTargets(targets ?? [subject.target ?? settings.defaultTarget.value], settings.aliases);
}

async function checkTarget(name: string, subject: CheckSubject, options: CheckOptions, parts: CheckParts): Promise<TargetCheck> {
  const target = await parts.engine.targets.get(name).catch((error: unknown) => {
    if (isDestinoError(error, 'not-found')) return undefined;
    throw error;
  });
  const kind = target?.kind ?? parts.settings.targets[name]?.kind;
  if (kind !== undefined && parts.drivers.get(kind) === undefined) {
    const { message, hint } = parts.drivers.missing(kind);
    return no(name, [{ severity: 'error', path: 'compute', code: 'driver-missing', message, ...(hint !== undefined && { hint }) }]);
  }
  if (target === undefined) return no(name, [{ severity: 'error', path: 'compute', code: 'target-missing', message: `there is no target '${name}'`, hint: 'destino target list' }]);
  const driver = parts.drivers.get(target.kind);
  if (driver === undefined) throw parts.drivers.missing(target.kind);
  const fates = subject.fates(target.kind);
  const notes: FormatProblem[] = fates.notes.map(({ fate, ...note }) => ({ ...note, fate, severity: 'warning', code: `fate-${fate}` }));
  if (!isFine(fates.problems)) return no(name, [...fates.problems, ...notes]);
  const free = target.kind === 'local' || options.online === true;
  const probe = (free ? await freshProbe(parts.engine, name, target.attributes['probe']) : undefined) ?? targetProbeSchema.safeParse((await parts.engine.targets.get(name)).attributes['probe']).data;
  const found = environmentAndSpec(subject, driver, target.config, probe, parts.settings);
  const admitted = options.online === true && isFine(found.problems) && found.asked !== undefined && 'job' in found.asked ? await admission(parts.engine, name, found.asked.job) : [];
  const problems = [...found.problems, ...notes, ...admitted];
  const at = (await parts.engine.targets.get(name)).attributes['probe'];
  const probedAt = typeof at === 'object' && at !== null && 'probedAt' in at ? String(at['probedAt']) : undefined;
  const verdict: Verdict = !isFine(problems) ? 'no' : probe === undefined ? 'unknown' : 'yes';
  return { target: name, verdict, problems, ...(probedAt !== undefined && { probedAt }) };
}

function no(target: string, problems: FormatProblem[]): TargetCheck {
  return { target, verdict: 'no', problems };
}

/** The driver's own word on the first way to realise the environment that it can take. */
function environmentAndSpec(subject: CheckSubject, driver: Driver, config: unknown, probe: TargetProbe | undefined, settings: Settings): { problems: FormatProblem[]; asked?: Asked } {
  const substitutes = Object.fromEntries(Object.entries(settings.environments).map(([name, { value }]) => [name, value]));
  const plan = planEnvironment(subject.environment, { substitutes });
  const reasons: FormatProblem[] = [];
  for (const candidate of plan.candidates) {
    if (!('environment' in candidate) || !isFine(candidate.problems)) {
      reasons.push(...candidate.problems);
      continue;
    }
    const { asked, problems: refusals } = subject.ask(candidate.environment);
    if (asked === undefined) return { problems: refusals };
    const problems: FormatProblem[] = driver.check(asked, driver.configSchema.parse(config), probe);
    if (isFine(problems)) return { problems, asked };
    reasons.push(...problems);
  }
  return { problems: reasons.length > 0 ? reasons : [plan.refusal] };
}

async function admission(engine: Engine, target: string, spec: JobSpec): Promise<FormatProblem[]> {
  const answer = await engine.targets.admit(target, spec);
  if (answer === undefined || answer.admitted) return [];
  return answer.reasons.map(({ code, text, fix }) => ({ severity: 'error', path: '', code, message: text, ...(fix !== undefined && { hint: fix }) }));
}
