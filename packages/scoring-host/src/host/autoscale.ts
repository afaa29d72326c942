export type ScaleLimits = { min: number; max: number; concurrency: number; /** Busy ÷ all, from which on it is too few. */ utilization: number; shrinkAfterMs: number };

/** The number of copies by how busy they are: more at once, fewer only after a quiet while. */
export class Autoscaler {
  readonly #limits: ScaleLimits;
  #quietSinceMs: number | undefined;
  #peak = 0;

  constructor(limits: ScaleLimits) {
    this.#limits = limits;
  }

  /** What is wanted now, with so many requests being answered or waiting. */
  want(now: number, inFlight: number, nowMs: number): number {
    const { min, max, concurrency, utilization, shrinkAfterMs } = this.#limits;
    const needed = Math.min(max, Math.max(min, Math.ceil(inFlight / (concurrency * utilization))));
    if (needed >= now) {
      this.#quietSinceMs = undefined;
      this.#peak = 0;
      return needed;
    }
    this.#quietSinceMs ??= nowMs;
    this.#peak = Math.max(this.#peak, needed);
    if (nowMs - this.#quietSinceMs < shrinkAfterMs) return now;
    const next = this.#peak;
    this.#quietSinceMs = undefined;
    this.#peak = 0;
    return next;
  }
}
