import type { Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { Reason } from '@destino/core/model';

/** One call of a verb. `op` is `probe` or `facet.verb` (`jobs.submit`); each read of a log is `jobs.logs.read` beside it. */
export type FakeCall = {
  op: string;
  /** The key given, or the key in the handle given. */
  key?: string;
  handleIds?: string[];
  /** From 1 on, counted for this op and key over all hosts that share the driver. */
  attempt: number;
  fence?: number;
  host: string;
};

/** What a hook may change of a call that goes on. */
export type CallTweak = {
  /** Answer the state of so long ago. */
  staleMs?: number;
  /** Answer this instead of submitting. */
  busy?: { reason: Reason; retryAfterMs: number };
  /** Answer `absent`, inconclusively. */
  absent?: boolean;
};

export type CallIo = { clock: Clock; signal?: AbortSignal };

/**
 * Code around the effect of each call. Each may throw, take its time (by `io.clock.sleep`), or never resolve; a call
 * that is aborted meanwhile rejects all the same, unless the driver is made `deaf`.
 */
export interface CallHooks {
  /** Ahead of the effect: what it throws means that nothing happened. */
  before?(call: FakeCall, io: CallIo): CallTweak | undefined | void | Promise<CallTweak | undefined | void>;
  /** Behind the effect: what it throws means that the answer was lost. */
  after?(call: FakeCall, io: CallIo): void | Promise<void>;
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new DestinoError('aborted', 'the call was aborted', { cause: signal.reason });
}

/** Gives up waiting when the signal fires. The work itself goes on; what it does later is nobody's. */
export async function waitUnlessAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  throwIfAborted(signal);
  if (signal === undefined) return await work;
  let onAbort: (() => void) | undefined;
  const abort = new Promise<never>((_, reject) => {
    onAbort = () => reject(new DestinoError('aborted', 'the call was aborted', { cause: signal.reason }));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, abort]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

/** Runs several hooks as one: tweaks are merged, the first throw wins. */
export function joinHooks(...all: readonly CallHooks[]): CallHooks {
  return {
    before: async (call, io) => {
      const tweaks: CallTweak[] = [];
      for (const hooks of all) tweaks.push((await hooks.before?.(call, io)) ?? {});
      return Object.assign({}, ...tweaks) as CallTweak;
    },
    after: async (call, io) => {
      for (const hooks of all) await hooks.after?.(call, io);
    },
  };
}
