import type { AnyDriver } from '../driver/index.ts';
import type { StoreRecord } from '../store/index.ts';
import type { JobRequest } from './documents.ts';
import { driverNeed } from './open-targets.ts';

export type NeedsSource = { driver: (kind: string) => AnyDriver | undefined; target: (name: string) => Promise<StoreRecord | undefined>; hostId: string };

/** What a host must offer to serve a target's jobs: the driver, and the machine where handles do not travel. */
export async function targetNeeds(name: string, source: NeedsSource): Promise<string[]> {
  const target = await source.target(name);
  const driver = target === undefined ? undefined : source.driver(target.kind);
  if (target === undefined) return [];
  if (driver === undefined) return [`driver:${target.kind}/1`];
  return [driverNeed(driver), ...(driver.traits.reach === 'host' ? [`host:${source.hostId}`] : [])];
}

/** What a host must offer to serve this job on its first target: also the secrets it needs. Sorted. */
export async function jobNeeds(request: JobRequest, source: NeedsSource): Promise<string[]> {
  const [first] = request.targets;
  if (request.spec === undefined || first === undefined) return [];
  const secrets = Object.values(request.spec.secrets).map(({ secret }) => `secret:${secret}`);
  return [...new Set([...(await targetNeeds(first, source)), ...secrets])].sort();
}
