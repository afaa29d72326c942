import type { Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';

/** Milliseconds of CLOCK_MONOTONIC, which all processes of one boot share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** The clock of this machine. Sleeping keeps the process alive until it ends. */
export function createClock(): Clock {
  return {
    monotonicMs,
    wallMs: () => Date.now(),
    sleep: (ms, options = {}) => sleep(ms, options.signal),
  };
}

/** The longest that a timer of Node can wait. */
const longestMs = 2 ** 31 - 1;

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(aborted(signal));
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      if (signal !== undefined) reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, Math.min(Math.max(ms, 0), longestMs));
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function aborted(signal: AbortSignal): DestinoError {
  return new DestinoError('aborted', 'the waiting was ended', { cause: signal.reason });
}
