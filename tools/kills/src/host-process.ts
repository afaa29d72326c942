import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { HostOptions, Order } from './host/orders.ts';

const program = fileURLToPath(new URL('host/main.ts', import.meta.url));

/** A process that hosts the engine, until it is killed. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #errors = '';
  #killed = false;

  constructor(options: HostOptions, parts: { onDone: (order: Order) => void; nodeArguments?: readonly string[] }) {
    const args = ['--conditions=@destino/source', ...(parts.nodeArguments ?? []), program, JSON.stringify(options)];
    // Half of a start is compiling; what the first host compiled serves those after it.
    const env = { ...process.env, NODE_COMPILE_CACHE: `${options.place.blobs}-compiled` };
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.#child = child;
    this.#ended = once(child, 'close');
    // Orders to a process that has just been killed are given again to the next.
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (bytes: Buffer) => void (this.#errors += bytes.toString()));
    this.started = new Promise((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        const message = JSON.parse(line) as { started: true } | Order;
        if ('started' in message) resolve();
        else parts.onDone(message);
      });
    });
  }

  readonly started: Promise<void>;

  order(order: Order): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** Resolves after `ms`, or rejects with what it said when the process ends by itself before. */
  async live(ms: number): Promise<void> {
    const stop = Promise.withResolvers<void>();
    const timer = setTimeout(stop.resolve, ms);
    try {
      await Promise.race([stop.promise, this.#ended.then(() => this.#fallen())]);
    } finally {
      clearTimeout(timer);
    }
  }

  #fallen(): void {
    if (!this.#killed) throw new Error(`the host ended by itself: ${this.#errors.trim()}`);
  }

  async kill(): Promise<void> {
    this.#killed = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
