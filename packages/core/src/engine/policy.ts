/** How patient the engine is. All in milliseconds unless the name says otherwise. */
export type EnginePolicy = {
  /** A session lives this long without renewal. */
  sessionLifetimeMs: number;
  sessionRenewMs: number;
  /** How often a host looks for records to claim and for requests of other processes. */
  claimEveryMs: number;
  pokeEveryMs: number;
  claimBatch: number;
  /** The most records that one host supervises. */
  maxClaims: number;
  /** The most passes under way at once. */
  maxPasses: number;
  /** An inspection follows the last after a tenth of the job's age, within these bounds. */
  pollMinMs: number;
  pollMaxMs: number;
  /** Absences before a verdict of `lost`, over at least this long. */
  absences: number;
  settleMinMs: number;
  /** How long a target may not answer before its jobs say so. */
  unreachableAfterMs: number;
  cancelRepeatMs: number;
  /** Added to a time-out that the target enforces, before the engine does. */
  timeoutSlackMs: number;
  backoffMinMs: number;
  backoffMaxMs: number;
  /**
   * Tries of a transfer (stage, drain, collect) before it is given up: with the pauses between them about an hour, as
   * long as a target may not answer otherwise. An expired sign-in uses up none.
   */
  transferTries: number;
  /** How long the log of a finished job may stand still before reading it begins anew. */
  drainIdleMs: number;
  /** Tries of a submission that a broken driver fails without saying what became of it, before the attempt is given up. */
  resolveTries: number;
  /** Output files up to this size travel unasked. Bytes. */
  fetchOutputsBelowBytes: number;
  /** Logs of a live job that nobody follows are fetched this often where a target's window loses bytes. */
  logEveryMs: number;
  followLogEveryMs: number;
  /** For how long a reader on another host asks that a log be carried; it asks anew after half of it. */
  followForMs: number;
  /** How long a key is watched whose attempt was given up. */
  watchForMs: number;
  /** Age of a remote thing without a row before it counts as an orphan. */
  orphanAfterMs: number;
};

const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

export const defaultPolicy: Readonly<EnginePolicy> = Object.freeze({
  sessionLifetimeMs: 30 * seconds,
  sessionRenewMs: 5 * seconds,
  claimEveryMs: 1 * seconds,
  pokeEveryMs: 0.5 * seconds,
  claimBatch: 1000,
  maxClaims: 20_000,
  maxPasses: 64,
  pollMinMs: 2,
  pollMaxMs: 30 * seconds,
  absences: 3,
  settleMinMs: 1 * minutes,
  unreachableAfterMs: 1 * hours,
  cancelRepeatMs: 30 * seconds,
  timeoutSlackMs: 1 * minutes,
  backoffMinMs: 1 * seconds,
  backoffMaxMs: 5 * minutes,
  drainIdleMs: 1 * minutes,
  transferTries: 20,
  resolveTries: 20,
  fetchOutputsBelowBytes: 1024 * 1024,
  logEveryMs: 10 * seconds,
  followLogEveryMs: 0.25 * seconds,
  followForMs: 20 * seconds,
  watchForMs: 24 * hours,
  orphanAfterMs: 1 * hours,
});

/** Doubles from the minimum to the maximum with the number of failures in a row. */
export function backoffMs(policy: EnginePolicy, failures: number): number {
  return Math.min(policy.backoffMaxMs, policy.backoffMinMs * 2 ** Math.min(Math.max(failures - 1, 0), 20));
}
