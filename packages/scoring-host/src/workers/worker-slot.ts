import { Worker, type WorkerCommand, type WorkerEnd } from './worker.ts';

type SlotListener = { ready(slot: WorkerSlot): void; settled(): void; idle(slot: WorkerSlot): void; down(slot: WorkerSlot, end: WorkerEnd): void };
type SlotLimits = { initTimeoutMs: number; requestTimeoutMs: number };

const firstPauseMs = 100;
const longestPauseMs = 30_000;

/** How long a place stays empty after so many failures in a row: at once after the first, then longer and longer. */
export function restartPauseMs(failures: number): number {
  return failures <= 1 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 2));
}

/** A place for one worker, filled again when its worker dies. */
export class WorkerSlot {
  readonly copy: number;
  readonly #command: WorkerCommand;
  readonly #limits: SlotLimits;
  readonly #listener: SlotListener;
  #worker: Worker | undefined;
  #pause: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;

  constructor(copy: number, command: WorkerCommand, limits: SlotLimits, listener: SlotListener) {
    this.copy = copy;
    this.#command = command;
    this.#limits = limits;
    this.#listener = listener;
    this.#start();
  }

  get worker(): Worker | undefined {
    return this.#worker;
  }

  get ready(): boolean {
    return this.#worker?.info !== undefined;
  }

  get busy(): boolean {
    return this.#worker?.busy === true;
  }

  /** True while its last start failed. */
  get failing(): boolean {
    return this.#failures > 0 && !this.ready;
  }

  #start(): void {
    this.#worker = new Worker(this.#command, this.#limits, {
      ready: () => this.#listener.ready(this),
      settled: () => this.#listener.settled(),
      idle: () => {
        this.#failures = 0;
        this.#listener.idle(this);
      },
      ended: (end) => this.#ended(end),
    });
  }

  #ended(end: WorkerEnd): void {
    this.#worker = undefined;
    this.#failures += 1;
    if (!this.#closed) this.#pause = setTimeout(() => this.#start(), restartPauseMs(this.#failures));
    this.#listener.down(this, end);
  }

  /** Leaves the place empty for good. A request in it is ended with `kill`, else it must be idle. */
  close(kill?: string): void {
    this.#closed = true;
    clearTimeout(this.#pause);
    if (kill === undefined) this.#worker?.dismiss();
    else this.#worker?.kill(kill);
  }
}
