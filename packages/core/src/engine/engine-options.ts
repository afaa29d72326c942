import type { BlobStore } from '../blob/index.ts';
import type { AnyDriver, Clock, Logger } from '../driver/index.ts';
import type { RandomBytes } from '../model/index.ts';
import type { StateStore } from '../store/index.ts';
import type { ContextFactory, TargetWrapper } from './open-targets.ts';
import type { EnginePolicy } from './policy.ts';

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
    /** Names of the secrets that this host can resolve. */
    secrets?: readonly string[];
  };
  /** What a driver gets for one target. */
  context: ContextFactory;
  clock: Clock;
  randomBytes: RandomBytes;
  logger: Logger;
  policy?: Partial<EnginePolicy>;
  /** Wraps every opened target; by default the guard. */
  wrap?: TargetWrapper;
};
