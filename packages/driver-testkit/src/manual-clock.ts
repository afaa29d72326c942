import type { CallOptions, Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';

export interface ManualClock extends Clock {
  /** Moves time on by `ms`; what sleeps till then wakes in order, and what it starts is let run before time goes on. */
  advance(ms: number): Promise<void>;
  /** Moves to the next sleeper's time; false when nobody sleeps. */
  advanceToNext(): Promise<boolean>;
  /** Advances from sleeper to sleeper until `done` holds. @throws `timeout` when `limitMs` has passed or all stand still. */
  runUntil(done: () => boolean, limitMs?: number): Promise<void>;
  /** How many sleep now. */
  readonly sleepers: number;
}

type Sleeper = { atMs: number; wake: () => void };

/** Lets everything run that needs no more time: all microtasks, and immediates queued before this call. */
export async function flush(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

function insertInOrder(sleepers: Sleeper[], sleeper: Sleeper): void {
  let low = 0;
  let high = sleepers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sleepers[middle]?.atMs ?? 0) <= sleeper.atMs) low = middle + 1;
    else high = middle;
  }
  sleepers.splice(low, 0, sleeper);
}

function aborted(signal: AbortSignal): DestinoError {
  return new DestinoError('aborted', 'the sleep was aborted', { cause: signal.reason });
}

function sleepOn(sleepers: Sleeper[], atMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      const index = sleepers.indexOf(sleeper);
      if (index >= 0) sleepers.splice(index, 1);
      if (signal !== undefined) reject(aborted(signal));
    };
    const wake = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    const sleeper: Sleeper = { atMs, wake };
    signal?.addEventListener('abort', onAbort, { once: true });
    insertInOrder(sleepers, sleeper);
  });
}

/** A clock that stands still until it is told to go. `wallStartMs` is the time of day at its zero. */
export function createManualClock(options: { startMs?: number; wallStartMs?: number } = {}): ManualClock {
  const startMs = options.startMs ?? 0;
  const wallStartMs = options.wallStartMs ?? Date.UTC(2026, 0, 1);
  const sleepers: Sleeper[] = [];
  let nowMs = startMs;

  const advanceTo = async (endMs: number): Promise<void> => {
    await flush();
    for (let next = sleepers[0]; next !== undefined && next.atMs <= endMs; next = sleepers[0]) {
      nowMs = Math.max(nowMs, next.atMs);
      while (sleepers[0] !== undefined && sleepers[0].atMs <= nowMs) sleepers.shift()?.wake();
      await flush();
    }
    nowMs = Math.max(nowMs, endMs);
  };
  const advanceToNext = async (): Promise<boolean> => {
    await flush();
    const next = sleepers[0];
    if (next !== undefined) await advanceTo(next.atMs);
    return next !== undefined;
  };

  return {
    monotonicMs: () => nowMs,
    wallMs: () => wallStartMs + (nowMs - startMs),
    sleep: async (ms: number, { signal }: CallOptions = {}): Promise<void> => {
      if (signal?.aborted === true) throw aborted(signal);
      await sleepOn(sleepers, nowMs + Math.max(0, ms), signal);
    },
    advance: (ms) => advanceTo(nowMs + ms),
    advanceToNext,
    runUntil: async (done, limitMs = 24 * 3_600_000) => {
      const endMs = nowMs + limitMs;
      await flush();
      while (!done()) {
        if (nowMs > endMs || !(await advanceToNext())) {
          throw new DestinoError('timeout', `what was waited for did not happen by ${nowMs} ms of the manual clock`);
        }
      }
    },
    get sleepers() {
      return sleepers.length;
    },
  };
}
