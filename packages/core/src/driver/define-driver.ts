import type { z } from 'zod';
import { DestinoError } from '../errors/index.ts';
import type { JobSpec, Json, Problem, ServiceSpec, TargetProbe } from '../model/index.ts';
import { capabilitiesSchema, type Capabilities } from './capability.ts';
import type { DriverContext } from './context.ts';
import type { ComputeTarget } from './target.ts';
import { traitsSchema, type Traits } from './traits.ts';

/** The major version of the contract that this package speaks. A driver of another one is refused at registration. */
export const contractVersion = 1;

/** What a user asks of a target. */
export type Want = { job: JobSpec } | { service: ServiceSpec };

/**
 * What a driver package exports as `driver`. Everything on it is readable without opening a target.
 * `Config` is what `configSchema` makes of what a user wrote; secrets stand in it as references only.
 */
export interface Driver<Config = unknown> {
  /** Stable id, kebab-case: `local`, `ssh`, a plugin's `acme-slurm`. */
  readonly kind: string;
  readonly contract: typeof contractVersion;
  readonly capabilities: Capabilities;
  readonly traits: Traits;
  readonly configSchema: z.ZodType<Config>;
  /** Of `resources.properties.<kind>`. */
  readonly jobSchema?: z.ZodType;
  /** The driver-private part of its handles. */
  readonly stateSchema: z.ZodType;
  readonly stateVersion: number;
  /** Reads the private part of an older handle. Absent: an older handle is refused with `state-version`. */
  readonly migrateState?: (state: Json, from: number) => Json;
  /**
   * What this target cannot do with this job or service, each with path, reason and hint. Pure and offline: the same
   * answer everywhere. `submit` and `deploy` are called only when it finds no error.
   */
  check(want: Want, config: Config, lastProbe?: TargetProbe): Problem[];
  /** Opens a target, without network traffic. */
  open(config: Config, context: DriverContext): ComputeTarget;
}

/** Any driver, its config type forgotten: pass `check` and `open` only what its own `configSchema` made. */
export type AnyDriver = Driver;

const kindPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Freezes a driver after checking its static part.
 * @throws `contract` with every fault of the static part in `details`.
 */
export function defineDriver<Config>(driver: Omit<Driver<Config>, 'contract'>): Driver<Config> {
  const faults: string[] = [];
  if (!kindPattern.test(driver.kind)) faults.push(`kind '${driver.kind}' is not kebab-case`);
  const answers = capabilitiesSchema.safeParse(driver.capabilities);
  if (!answers.success) faults.push(`capabilities: ${answers.error.message}`);
  const traits = traitsSchema.safeParse(driver.traits);
  if (!traits.success) faults.push(`traits: ${traits.error.message}`);
  if (!Number.isInteger(driver.stateVersion) || driver.stateVersion < 1) faults.push('stateVersion is not a positive integer');
  if (faults.length > 0) {
    throw new DestinoError('contract', `the driver '${driver.kind}' breaks the contract in its static part`, {
      kind: driver.kind,
      details: faults,
      hint: faults.join('; '),
    });
  }
  return Object.freeze({ ...driver, contract: contractVersion });
}
