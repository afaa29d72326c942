import type { BlobStore } from '../blob/index.ts';
import type { AnyDriver, Clock, Logger } from '../driver/index.ts';
import type { RandomBytes } from '../model/index.ts';
import type { StateStore } from '../store/index.ts';
import type { EndpointHosting } from './endpoint/endpoint-host.ts';
import type { ContextFactory, TargetWrapper } from './open-targets.ts';
import type { EnginePolicy } from './policy.ts';
import type { RetentionPolicy } from './retention.ts';
import type { MeasureRoom } from './storage-room.ts';

export type EngineOptions = {
  store: StateStore;
  blobs: BlobStore;
  drivers: readonly AnyDriver[];
  host: {
    /** Of this machine and account; handles of `reach: host` drivers are served only here. */
    hostId: string;
    /** `cli`, `agent`, `server`, `app`. */
    role: string;
    pid?: number;
    /** Of the running boot, for people and `doctor`. */
    bootId?: string;
    /** Names of the secrets that this host can resolve. */
    secrets?: readonly string[];
  };
  /** What a driver gets for one target. */
  context: ContextFactory;
  clock: Clock;
  randomBytes: RandomBytes;
  logger: Logger;
  policy?: Partial<EnginePolicy>;
  /** How full the workspace's disk is; without it new work is never refused for want of room. */
  room?: MeasureRoom;
  /** The most that the workspace may hold. Bytes; default: no bound but the disk's. */
  quotaBytes?: number;
  /** Collects garbage by this policy every so often while the host runs. Absent: only when asked. */
  retention?: RetentionPolicy;
  /** Serves endpoints; without it this host leaves them to others. */
  endpoints?: EndpointHosting;
  /** Wraps every opened target; by default the guard. */
  wrap?: TargetWrapper;
};
