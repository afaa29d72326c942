import type { BlobStore } from '../blob/index.ts';
import type { Clock, Logger } from '../driver/index.ts';
import type { RandomBytes } from '../model/index.ts';
import type { StateStore } from '../store/index.ts';
import type { HostSession } from './host-session.ts';
import type { InspectionQueue } from './inspection-queue.ts';
import type { OpenTargets } from './open-targets.ts';
import type { EndpointSupervisor } from './endpoint/endpoint-host.ts';
import type { EnginePolicy } from './policy.ts';
import type { Tracker } from './tracker.ts';

/** What the engine's steps share. */
export type EngineParts = {
  store: StateStore;
  blobs: BlobStore;
  clock: Clock;
  randomBytes: RandomBytes;
  logger: Logger;
  policy: EnginePolicy;
  session: HostSession;
  tracker: Tracker;
  targets: OpenTargets;
  inspections: InspectionQueue;
  /** Ids of records whose logs somebody follows here. */
  followed: Map<string, number>;
  /** Aborted when this host leaves or hands over: ends transfers, which the next host resumes. */
  leaving: { signal: AbortSignal };
  /** Present where this host serves endpoints. */
  endpoints?: EndpointSupervisor;
};

/** The time of day as text, for people; never compared with anything. */
export function wallTime(clock: Clock): string {
  return new Date(clock.wallMs()).toISOString();
}
