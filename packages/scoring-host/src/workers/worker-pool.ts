import type { Backend, BackendListener, BackendState } from './backend.ts';
import type { Ready } from './worker-words.ts';
import { WaitingLine } from './waiting-line.ts';
import type { WorkerCommand, WorkerEnd } from './worker.ts';
import { WorkerSlot } from './worker-slot.ts';
import type { Exchange } from './scoring-request.ts';

export type PoolLimits = {
  /** Requests at once in each copy: so many processes. */
  concurrency: number;
  /** Absent: as long as it takes. Milliseconds. */
  maxQueueWaitMs?: number;
  requestTimeoutMs: number;
  initTimeoutMs: number;
  /** Requests more than this many times what all workers can take at once are refused. Absent: none is. */
  inFlightFactor?: number;
};


/** The workers of one revision: `copies` times `concurrency` processes, and the line of requests that wait for them. */
export class WorkerPool implements Backend {
  readonly #command: WorkerCommand;
  readonly #limits: PoolLimits;
  readonly #listener: BackendListener;
  readonly #idle: WorkerSlot[] = [];
  readonly #line: WaitingLine;
  #slots: WorkerSlot[] = [];
  #want: number;
  #phase: BackendState['phase'] = 'starting';
  #failure: { message: string; traceback: string } | undefined;
  #inFlight = 0;
  #stopped: (() => void) | undefined;
  /** Restarts after a crash, a time-out or a broken channel. */
  restarts = 0;
  info: Ready | undefined;

  constructor(command: WorkerCommand, copies: number, limits: PoolLimits, listener: BackendListener) {
    this.#command = command;
    this.#limits = limits;
    this.#listener = listener;
    this.#line = new WaitingLine(limits.maxQueueWaitMs, (exchange) => this.#refuse(exchange, 'queue-wait', `no worker was free within ${limits.maxQueueWaitMs ?? 0} ms`));
    this.#want = copies;
    this.#fill();
  }

  get state(): BackendState {
    const counts = Array.from({ length: this.#want }, (_, copy) => this.#slots.filter((slot) => slot.copy === copy));
    const ready = counts.filter((slots) => slots.every((slot) => slot.ready)).length;
    const failed = counts.filter((slots) => slots.some((slot) => slot.failing)).length;
    return { phase: this.#phase, copies: { want: this.#want, ready, failed }, ...(this.#failure !== undefined && { failure: this.#failure }) };
  }

  get busy(): number {
    return this.#slots.filter((slot) => slot.busy).length;
  }

  get readyWorkers(): number {
    return this.#slots.filter((slot) => slot.ready).length;
  }

  get waiting(): number {
    return this.#line.length;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** More or fewer copies; what is busy ends its request first. */
  resize(copies: number): void {
    if (this.#phase !== 'ready' || copies === this.#want) return;
    this.#want = copies;
    for (const slot of this.#slots.filter((each) => each.copy >= copies && !each.busy)) this.#remove(slot);
    this.#fill();
    this.#listener.changed();
  }

  #fill(): void {
    const { concurrency, initTimeoutMs, requestTimeoutMs } = this.#limits;
    for (let copy = 0; copy < this.#want; copy += 1) {
      for (let there = this.#slots.filter((slot) => slot.copy === copy).length; there < concurrency; there += 1) {
        this.#slots.push(new WorkerSlot(copy, this.#command, { initTimeoutMs, requestTimeoutMs }, { ready: (slot) => this.#ready(slot), settled: () => this.#settle(), idle: (slot) => this.#free(slot), down: (slot, end) => this.#down(slot, end) }));
      }
    }
  }

  #remove(slot: WorkerSlot): void {
    const place = this.#idle.indexOf(slot);
    if (place >= 0) this.#idle.splice(place, 1);
    this.#slots = this.#slots.filter((each) => each !== slot);
    slot.close();
  }

  /** Gives a request to an idle worker, or lets it wait for one. */
  score(exchange: Exchange): void {
    const most = this.#limits.inFlightFactor === undefined ? Infinity : this.#limits.inFlightFactor * this.#want * this.#limits.concurrency;
    this.#inFlight += 1;
    if (this.#phase === 'stopping' || this.#phase === 'stopped') return this.#refuse(exchange, 'stopping', 'the service is being stopped');
    if (this.#phase === 'failed') return this.#refuse(exchange, 'not-ready', 'no worker could be started');
    if (this.#inFlight > most) return this.#refuse(exchange, 'busy', `more than ${most} requests are in flight`);
    const slot = this.#idle.shift();
    if (slot === undefined) this.#line.add(exchange);
    else slot.worker?.give(exchange);
  }

  #refuse(exchange: Exchange, cause: 'busy' | 'queue-wait' | 'stopping' | 'not-ready', text: string): void {
    exchange.refuse(cause, text);
    this.#settle();
  }

  /** One request that was given to `score` has been answered. */
  #settle(): void {
    this.#inFlight -= 1;
    if (this.#phase === 'stopping' && this.#inFlight === 0) this.#finish();
  }

  #ready(slot: WorkerSlot): void {
    this.info ??= slot.worker?.info;
    if (this.#phase === 'starting' && this.#slots.every((each) => each.ready)) this.#phase = 'ready';
    this.#free(slot);
    this.#listener.changed();
  }

  #free(slot: WorkerSlot): void {
    if (slot.copy >= this.#want) return this.#remove(slot);
    const next = this.#line.take();
    if (next === undefined) this.#idle.push(slot);
    else slot.worker?.give(next);
  }

  #down(slot: WorkerSlot, end: WorkerEnd): void {
    const place = this.#idle.indexOf(slot);
    if (place >= 0) this.#idle.splice(place, 1);
    if (slot.copy >= this.#want) this.#remove(slot);
    if (this.#phase === 'starting') {
      this.#failure = end.failure ?? { message: end.text, traceback: '' };
      this.#phase = 'failed';
      for (const each of this.#slots) each.close('another worker could not be started');
      for (let exchange = this.#line.take(); exchange !== undefined; exchange = this.#line.take()) this.#refuse(exchange, 'not-ready', 'no worker could be started');
    } else if (this.#phase === 'ready') {
      this.restarts += 1;
    }
    this.#listener.changed();
  }

  /** Takes no more; resolves when what is in flight is answered and all workers are gone. */
  stop(): Promise<void> {
    if (this.#phase === 'stopped') return Promise.resolve();
    return new Promise((resolve) => {
      this.#stopped = resolve;
      if (this.#phase !== 'failed') this.#phase = 'stopping';
      if (this.#inFlight === 0) this.#finish();
    });
  }

  #finish(): void {
    this.#phase = 'stopped';
    for (const slot of this.#slots) slot.close();
    this.#slots = [];
    this.#idle.length = 0;
    this.#stopped?.();
  }
}
