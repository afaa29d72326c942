import type { CallOptions, Clock } from '@destino/core/driver';
import { isDestinoError, type ErrorCode } from '@destino/core/errors';

/** What an engine would try again with the same key. */
const passing: readonly ErrorCode[] = ['unavailable', 'throttled', 'timeout'];

export type Persistence = {
  clock: Clock;
  /** A call that lasts longer is given up and made anew. Milliseconds; default 10,000. */
  callMs?: number;
  /** So many tries, then the last error stands. Default 30. */
  tries?: number;
};

const pauseMs = 50;

/** Makes a call until it is answered, or refused for a reason that does not pass; the caller's own signal ends it. */
export async function persist<T>(call: (options: { signal: AbortSignal }) => Promise<T>, options: CallOptions, { clock, callMs = 10_000, tries = 30 }: Persistence): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const over = new AbortController();
    const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
    const done = new AbortController();
    clock.sleep(callMs, { signal: done.signal }).then(() => over.abort('too long'), () => undefined);
    try {
      return await call({ signal });
    } catch (error) {
      const given = over.signal.aborted && options.signal?.aborted !== true;
      if (attempt >= tries || !(given || passes(error)) || options.signal?.aborted === true) throw error;
      await clock.sleep((isDestinoError(error) ? error.retryAfterMs : undefined) ?? pauseMs, options);
    } finally {
      done.abort();
    }
  }
}

/** True for an error, or its data, that a later try may not meet. */
export function passes(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && (passing as readonly unknown[]).includes(error.code);
}
