import type { Measures } from '@destino/core';

const slotMs = 5_000;
const slots = 12;
const leastMs = 0.05;
const growth = 1.05;
const classes = 320;

type Slot = { index: number; requests: number; failures: number; times: Uint32Array };

/** Counts and times of one deployment: in all, and over the last minute in steps of five seconds. Times are right to 5 %. */
export class Meter {
  readonly #nowMs: () => number;
  readonly #ring: Slot[] = [];
  #requests = 0;
  #failures = 0;
  #mirrored = 0;
  inFlight = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  answered(tookMs: number, isFailure: boolean): void {
    this.#requests += 1;
    const slot = this.#slot();
    slot.requests += 1;
    if (isFailure) {
      this.#failures += 1;
      slot.failures += 1;
    }
    const at = classOf(tookMs);
    slot.times[at] = (slot.times[at] ?? 0) + 1;
  }

  /** A copy of a request, whose answer nobody got. */
  mirrored(isFailure: boolean): void {
    this.#mirrored += 1;
    if (!isFailure) return;
    this.#failures += 1;
    this.#slot().failures += 1;
  }

  #slot(): Slot {
    const index = Math.floor(this.#nowMs() / slotMs);
    const known = this.#ring[index % slots];
    if (known?.index === index) return known;
    const fresh: Slot = { index, requests: 0, failures: 0, times: new Uint32Array(classes) };
    this.#ring[index % slots] = fresh;
    return fresh;
  }

  read(): Measures {
    const oldest = Math.floor(this.#nowMs() / slotMs) - slots + 1;
    const recent = this.#ring.filter((slot) => slot !== undefined && slot.index >= oldest);
    const times = new Uint32Array(classes);
    for (const slot of recent) slot.times.forEach((count, at) => (times[at] = (times[at] ?? 0) + count));
    const requests = recent.reduce((sum, slot) => sum + slot.requests, 0);
    const failures = recent.reduce((sum, slot) => sum + slot.failures, 0);
    const at = (share: number): number | null => percentile(times, requests, share);
    const lastMinute = { requests, failures, requestsPerSecond: round(requests / ((slotMs * slots) / 1000)), p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99) };
    return { requests: this.#requests, failures: this.#failures, mirrored: this.#mirrored, inFlight: this.inFlight, lastMinute };
  }
}

function classOf(ms: number): number {
  return ms <= leastMs ? 0 : Math.min(classes - 1, Math.ceil(Math.log(ms / leastMs) / Math.log(growth)));
}

function percentile(times: Uint32Array, total: number, share: number): number | null {
  if (total === 0) return null;
  let left = Math.ceil(total * share);
  for (const [at, count] of times.entries()) {
    left -= count;
    if (left <= 0) return round(leastMs * growth ** at);
  }
  return null;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
