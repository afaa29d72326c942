import { isBusy } from '../map-error.ts';

const firstWaitMs = 0.1;
const longestWaitMs = 2;

/**
 * Runs `attempt` until it is not refused because another process holds the lock, for `timeoutMs` at most. SQLite's
 * own waiting sleeps up to 100 ms between two looks, so that a process that writes without a pause starves all others
 * for seconds; short looks find the gap between two of its transactions. The thread sleeps meanwhile: the lock is held
 * for milliseconds, and nothing of a store may be left to timers.
 */
export function waitForLock<T>(timeoutMs: number, attempt: () => T): T {
  let waitedMs = 0;
  let waitMs = firstWaitMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error) || waitedMs >= timeoutMs) throw error;
    }
    sleep(waitMs);
    waitedMs += waitMs;
    waitMs = Math.min(waitMs * 1.5, longestWaitMs);
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

function sleep(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}
