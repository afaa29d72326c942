import type { Clock } from '../driver/index.ts';

export interface Limit {
  /** Resolves when `limitMs` have passed without a touch; never after `stop`. */
  readonly passed: Promise<void>;
  /** Something moved: time counts anew from here. */
  touch(): void;
  /** Time does not count until the next touch. */
  hold(): void;
  stop(): void;
}

/** Time without progress, on the clock given. */
export function startLimit(clock: Clock, limitMs: number): Limit {
  const ended = new AbortController();
  let touchedMs = clock.monotonicMs();
  let held = false;
  const leftMs = (): number => (held ? limitMs : touchedMs + limitMs - clock.monotonicMs());
  const wait = async (): Promise<void> => {
    for (let waitMs = leftMs(); waitMs > 0; waitMs = leftMs()) await clock.sleep(waitMs, { signal: ended.signal });
  };
  // A stopped limit must stay silent: its sleep rejects, and nobody waits for it any more.
  const passed = wait().catch((): Promise<void> => new Promise(() => undefined));
  return {
    passed,
    touch: () => {
      touchedMs = clock.monotonicMs();
      held = false;
    },
    hold: () => {
      held = true;
    },
    stop: () => ended.abort(),
  };
}
