import { isDestinoError } from '../errors/index.ts';
import { abortedBy, contractFault, stamped } from './guard-errors.ts';
import type { CallName, CallTrace, GuardScope } from './guard-options.ts';
import { startLimit } from './limit.ts';
import { startStopper } from './race.ts';

export type Work<T> = {
  /** Reads the arguments and calls the driver; what it throws is the call's error. */
  start: (signal: AbortSignal, touch: () => void) => T | Promise<T>;
  /** Frees what arrives when nobody waits for it any more. */
  tidy?: (late: T) => unknown;
};

/** Refuses use after disposal and a signal that has fired already. */
export function admit(scope: GuardScope, call: CallName, signal: AbortSignal | undefined): void {
  if (scope.disposal.signal.aborted) throw contractFault(scope, call, 'it was called after the target was disposed');
  if (signal?.aborted === true) throw abortedBy(signal.reason, scope, call);
}

/** Tells of a finished call. A listener that throws is told of and does no harm. */
export function traceCall(scope: GuardScope, call: CallName, startedMs: number, error: unknown): void {
  const trace: CallTrace = {
    kind: scope.driver.kind,
    op: call.op,
    handleIds: call.handleIds ?? [],
    durationMs: scope.clock.monotonicMs() - startedMs,
    outcome: error === undefined ? 'ok' : isDestinoError(error) ? error.code : 'internal',
  };
  scope.logger.debug('driver.call', { ...trace, handleIds: [...trace.handleIds] });
  try {
    scope.onCall?.(trace);
  } catch (cause) {
    scope.logger.warn('driver.call.listener-failed', { op: call.op, message: String(cause) });
  }
}

async function tidyLate<T>(work: Promise<T>, tidy: Work<T>['tidy'], scope: GuardScope, call: CallName): Promise<void> {
  try {
    const late = await work;
    await tidy?.(late);
    scope.logger.debug('driver.call.late', { op: call.op, outcome: 'ok' });
  } catch (error) {
    scope.logger.debug('driver.call.late', { op: call.op, outcome: stamped(error, scope, call).code });
  }
}

/**
 * Runs one verb: within the limit, raced with the caller's signal and with disposal, its errors stamped.
 * @throws `contract` after disposal, `aborted` (cause: the signal's reason), `timeout`, and what the driver throws.
 */
export async function guardedCall<T>(scope: GuardScope, call: CallName, callerSignal: AbortSignal | undefined, work: Work<T>): Promise<T> {
  const startedMs = scope.clock.monotonicMs();
  let failure: unknown;
  try {
    admit(scope, call, callerSignal);
    const limit = startLimit(scope.clock, scope.limitMs);
    const stopper = startStopper(scope, call, callerSignal, limit);
    let settled = false;
    const running = (async () => await work.start(stopper.signal, limit.touch))();
    try {
      return await Promise.race([stopper.stopped, running.finally(() => (settled = true))]);
    } finally {
      stopper.close();
      if (!settled) void tidyLate(running, work.tidy, scope, call);
    }
  } catch (error) {
    failure = stamped(error, scope, call);
    throw failure;
  } finally {
    traceCall(scope, call, startedMs, failure);
  }
}
