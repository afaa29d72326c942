import { DestinoError } from '../errors/index.ts';
import { abortedBy } from './guard-errors.ts';
import type { CallName, GuardScope } from './guard-options.ts';
import type { Limit } from './limit.ts';

/** What a wait was ended by, other than by the work. */
export type Stopper = {
  /** Handed to the driver: fires with the caller's signal, the limit and the disposal. */
  readonly signal: AbortSignal;
  /** Rejects when the caller aborts, the target is disposed, or the limit passes. */
  readonly stopped: Promise<never>;
  close(): void;
};

function timeoutError(scope: GuardScope, call: CallName): DestinoError {
  const text = `${call.op} of the driver '${scope.driver.kind}' did not answer within ${scope.limitMs} ms; whether it had an effect is unknown`;
  return new DestinoError('timeout', text, { op: call.op, kind: scope.driver.kind, hint: 'the same call may be repeated: its key keeps it to one effect' });
}

/** Joins all that may end a call before its work does. `limit` absent: it may wait for ever. */
export function startStopper(scope: GuardScope, call: CallName, callerSignal: AbortSignal | undefined, limit: Limit | undefined): Stopper {
  const inner = new AbortController();
  const { signal: disposal } = scope.disposal;
  let reject: (error: DestinoError) => void = () => undefined;
  const stopped = new Promise<never>((_, rejectStopped) => {
    reject = rejectStopped;
  });
  stopped.catch(() => undefined);
  const stop = (error: DestinoError, reason: unknown): void => {
    reject(error);
    inner.abort(reason);
  };
  const onAbort = (): void => stop(abortedBy(callerSignal?.reason, scope, call), callerSignal?.reason);
  const onDispose = (): void => stop(abortedBy(disposal.reason, scope, call), disposal.reason);
  callerSignal?.addEventListener('abort', onAbort, { once: true });
  disposal.addEventListener('abort', onDispose, { once: true });
  void limit?.passed.then(() => {
    const error = timeoutError(scope, call);
    stop(error, error);
  });
  return {
    signal: inner.signal,
    stopped,
    close: () => {
      limit?.stop();
      callerSignal?.removeEventListener('abort', onAbort);
      disposal.removeEventListener('abort', onDispose);
    },
  };
}
