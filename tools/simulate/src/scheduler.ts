import type { SeededRandom } from '@destino/driver-testkit';

type Waiting = { atMs: number; actor: string; resume: () => void };

/**
 * Runs actors one step at a time in virtual time. Whatever takes time in a simulated host waits here; which of those
 * that are due goes on next is drawn by the seed. An actor that is held waits until it is let go; one that has crashed
 * never goes on.
 */
export class Scheduler {
  readonly #random: SeededRandom;
  readonly #held = new Map<string, number>();
  readonly #dead = new Set<string>();
  #waiting: Waiting[] = [];
  #nowMs = 0;
  #steps = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Resolves when `actor` is chosen to go on, `ms` from now or later. */
  wait(actor: string, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        // The abort is the actor's own doing, within a step of its own: it goes on at once.
        const index = this.#waiting.indexOf(entry);
        if (index < 0) return;
        this.#waiting.splice(index, 1);
        reject(signal?.reason as Error);
      };
      const resume = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const entry: Waiting = { atMs: this.#nowMs + Math.max(0, ms), actor, resume };
      this.#waiting.push(entry);
      signal?.addEventListener('abort', onAbort);
    });
  }

  /** Nothing of `actor` ever goes on again. */
  crash(actor: string): void {
    this.#dead.add(actor);
    this.#waiting = this.#waiting.filter((entry) => entry.actor !== actor);
  }

  isDead(actor: string): boolean {
    return this.#dead.has(actor);
  }

  /** `actor` stands still for so long, whatever it was about to do. */
  freeze(actor: string, ms: number): void {
    this.#held.set(actor, this.#nowMs + ms);
  }

  thaw(): void {
    this.#held.clear();
  }

  jump(ms: number): void {
    this.#nowMs += ms;
  }

  /** One step: some actor that is due goes on until it waits again. False when nobody waits. */
  async step(): Promise<boolean> {
    await settle();
    this.#waiting = this.#waiting.filter(({ actor }) => !this.#dead.has(actor));
    const first = this.#earliest();
    if (first === undefined) return false;
    this.#nowMs = Math.max(this.#nowMs, first);
    const due = this.#waiting.filter((entry) => this.#readyMs(entry) <= this.#nowMs);
    const chosen = this.#random.pick(due);
    this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
    this.#steps += 1;
    chosen.resume();
    await settle();
    return true;
  }

  #readyMs(entry: Waiting): number {
    return Math.max(entry.atMs, this.#held.get(entry.actor) ?? 0);
  }

  #earliest(): number | undefined {
    let earliest: number | undefined;
    for (const entry of this.#waiting) {
      const ready = this.#readyMs(entry);
      if (earliest === undefined || ready < earliest) earliest = ready;
    }
    return earliest;
  }
}

/** Lets every promise that can go on without time do so. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
