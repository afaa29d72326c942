/** How long things take, in the emulator's time. */
export type Timings = {
  pendingMs: number;
  pullMs: number;
  startMs: number;
  /** How long an image is tried before the group is given up. */
  pullPatienceMs: number;
  /** Between a request to end and force; real time, since real processes answer. */
  graceMs: number;
  restartMs: number;
  longestRestartMs: number;
};

export const defaultTimings: Timings = {
  pendingMs: 1000,
  pullMs: 2000,
  startMs: 500,
  pullPatienceMs: 30 * 60_000,
  graceMs: 2000,
  restartMs: 10_000,
  longestRestartMs: 300_000,
};
