import type { Engine } from '@destino/core';
import type { Driver } from '@destino/core/driver';
import { targetProbeSchema, type JobSpec, type Problem, type TargetProbe } from '@destino/core/model';
import type { DriverRegistry } from '../drivers/driver-registry.ts';

export type JudgeParts = { engine: Engine; drivers: DriverRegistry };

/** A probe older than this is taken again where looking is free. Milliseconds. */
const probeAgeMs = 600_000;

/** What the driver of a target finds wrong with a job's environment; `local` is looked at anew when it was long ago. */
export async function candidateProblems(spec: JobSpec, target: string, { engine, drivers }: JudgeParts): Promise<Problem[]> {
  const { kind, config, attributes } = await engine.targets.get(target);
  const driver = drivers.get(kind);
  if (driver === undefined || spec.environment.kind === 'host') return [];
  const typed: Driver = driver;
  const probe = (kind === 'local' ? await freshProbe(engine, target, attributes['probe']) : undefined) ?? targetProbeSchema.safeParse(attributes['probe']).data;
  return typed.check({ job: spec }, typed.configSchema.parse(config), probe).filter(({ severity, path }) => severity === 'error' && path.startsWith('environment'));
}

/** Looks at a target anew when the last look was long ago; `undefined` when it was not. */
export async function freshProbe(engine: Engine, target: string, stored: unknown): Promise<TargetProbe | undefined> {
  const at = typeof stored === 'object' && stored !== null && 'probedAt' in stored ? Date.parse(String(stored.probedAt)) : Number.NaN;
  if (Date.now() - at < probeAgeMs) return undefined;
  return await engine.targets.probe(target);
}
