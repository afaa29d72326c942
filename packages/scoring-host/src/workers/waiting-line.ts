import type { Exchange } from './scoring-request.ts';

type Waiting = { exchange: Exchange; sinceMs: number };

/** Requests in the order in which they came; one timer for the first, as all may wait equally long. */
export class WaitingLine {
  readonly #longestMs: number | undefined;
  readonly #expired: (exchange: Exchange) => void;
  #line: Waiting[] = [];
  #first = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(longestMs: number | undefined, expired: (exchange: Exchange) => void) {
    this.#longestMs = longestMs;
    this.#expired = expired;
  }

  get length(): number {
    return this.#line.length - this.#first;
  }

  add(exchange: Exchange): void {
    this.#line.push({ exchange, sinceMs: performance.now() });
    if (this.#timer === undefined) this.#watch();
  }

  /** The next one whose caller is still there; one whose caller left is answered to nobody. */
  take(): Exchange | undefined {
    while (this.#first < this.#line.length) {
      const { exchange } = this.#shift();
      if (!exchange.gone) return exchange;
      this.#expired(exchange);
    }
    return undefined;
  }

  #shift(): Waiting {
    const next = this.#line[this.#first];
    if (next === undefined) throw new RangeError('nobody waits');
    this.#first += 1;
    if (this.#first === this.#line.length) {
      this.#line = [];
      this.#first = 0;
    } else if (this.#first > 1024) {
      this.#line = this.#line.slice(this.#first);
      this.#first = 0;
    }
    return next;
  }

  #watch(): void {
    const next = this.#line[this.#first];
    if (this.#longestMs === undefined || next === undefined) return;
    const leftMs = next.sinceMs + this.#longestMs - performance.now();
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, Math.ceil(leftMs)));
  }

  #expire(): void {
    this.#timer = undefined;
    const longestMs = this.#longestMs ?? Infinity;
    while (this.length > 0 && performance.now() - (this.#line[this.#first]?.sinceMs ?? Infinity) >= longestMs) this.#expired(this.#shift().exchange);
    this.#watch();
  }
}
