import type { AnyDriver, Clock, Logger } from '../driver/index.ts';
import type { ErrorCode } from '../errors/index.ts';

/** One finished call, for tracing: never arguments, never config. */
export type CallTrace = {
  kind: string;
  /** `probe`, or `facet.verb`. */
  op: string;
  handleIds: readonly string[];
  durationMs: number;
  /** `ok`, or the code of the error. */
  outcome: 'ok' | ErrorCode;
};

export type GuardOptions = {
  logger: Logger;
  clock: Clock;
  onCall?: (call: CallTrace) => void;
  /** The longest that a verb may take, and a transfer without progress. Milliseconds; default 60,000. */
  limitMs?: number;
};

/** What the guard reads of a driver. */
export type GuardedDriver = Pick<AnyDriver, 'kind' | 'capabilities' | 'traits' | 'stateSchema' | 'stateVersion' | 'migrateState'>;

/** What all guarded calls of one opened target share. */
export type GuardScope = Required<Omit<GuardOptions, 'onCall'>> & {
  driver: GuardedDriver;
  onCall: ((call: CallTrace) => void) | undefined;
  /** Aborted by disposing. */
  disposal: AbortController;
};

/** One call as the guard names it. */
export type CallName = { op: string; handleIds?: readonly string[] };
