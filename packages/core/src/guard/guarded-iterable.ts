import { stamped } from './guard-errors.ts';
import type { CallName, GuardScope } from './guard-options.ts';
import { admit, traceCall } from './guarded-call.ts';
import { startLimit, type Limit } from './limit.ts';
import { startStopper, type Stopper } from './race.ts';

export type Stream<Item, Seen> = {
  start: (signal: AbortSignal) => AsyncIterable<Item>;
  check: (item: Item) => Seen;
  /** May wait for ever for its next item, as one that follows does. */
  patient?: boolean;
};

/** Asks an iterator to close without waiting: one that hangs in `next` would never answer. */
function abandon(iterator: AsyncIterator<unknown>, scope: GuardScope, call: CallName): void {
  void (async () => {
    try {
      await iterator.return?.();
    } catch (error) {
      scope.logger.debug('driver.call.late', { op: call.op, outcome: stamped(error, scope, call).code });
    }
  })();
}

async function* pull<Item, Seen>(iterator: AsyncIterator<Item>, stopper: Stopper, limit: Limit | undefined, check: (item: Item) => Seen): AsyncGenerator<Seen, void, undefined> {
  for (;;) {
    limit?.touch();
    const next = await Promise.race([stopper.stopped, iterator.next()]);
    if (next.done === true) return;
    limit?.hold();
    yield check(next.value);
  }
}

/**
 * Runs one verb that answers many items, each within the limit after the one before was asked for. Leaving the loop
 * closes the driver's iterator; so does an abort, without waiting for it.
 * @throws as `guardedCall`, from the loop.
 */
export async function* guardedIterable<Item, Seen>(scope: GuardScope, call: CallName, callerSignal: AbortSignal | undefined, stream: Stream<Item, Seen>): AsyncGenerator<Seen, void, undefined> {
  const startedMs = scope.clock.monotonicMs();
  let failure: unknown;
  let iterator: AsyncIterator<Item> | undefined;
  let stopper: Stopper | undefined;
  try {
    admit(scope, call, callerSignal);
    const limit = stream.patient === true ? undefined : startLimit(scope.clock, scope.limitMs);
    stopper = startStopper(scope, call, callerSignal, limit);
    iterator = stream.start(stopper.signal)[Symbol.asyncIterator]();
    yield* pull(iterator, stopper, limit, stream.check);
  } catch (error) {
    failure = stamped(error, scope, call);
    throw failure;
  } finally {
    stopper?.close();
    if (iterator !== undefined) abandon(iterator, scope, call);
    traceCall(scope, call, startedMs, failure);
  }
}
