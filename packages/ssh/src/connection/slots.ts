import { DestinoError } from '@destino/core/errors';

/** So many at once, in the order they came. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Answers what gives the place back; calling it twice is once. @throws `aborted`. */
  async take(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted === true) throw new DestinoError('aborted', 'the call was stopped', { cause: signal.reason });
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    };
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(new DestinoError('aborted', 'the call was stopped', { cause: signal?.reason }));
      };
      const go = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#waiting.push(go);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
