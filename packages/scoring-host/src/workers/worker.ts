import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { FrameReader, frameKinds, requestFrame, type Frame } from './frames.ts';
import type { AnswerHead, Exchange, ScoringRequest } from './scoring-request.ts';
import { failedSchema, headSchema, readySchema, type Ready } from './worker-words.ts';

export type WorkerCommand = { program: string; arguments: readonly string[]; folder: string; variables: Readonly<Record<string, string>> };

/** Why a worker is gone; `failure` when its start failed, in its own words. */
export type WorkerEnd = { text: string; failure?: { message: string; traceback: string }; hung?: boolean };

/** `settled`: the request that it had is answered or refused. */
type Listener = { ready(): void; settled(): void; idle(): void; ended(end: WorkerEnd): void };
type Limits = { initTimeoutMs: number; requestTimeoutMs: number };

/** One process that scores one request at a time, in a session of its own so that it ends with all that it started. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #listener: Listener;
  readonly #limits: Limits;
  readonly #reader = new FrameReader();
  readonly #resume = (): void => void this.#channel.resume();
  #timer: NodeJS.Timeout | undefined;
  #exchange: Exchange | undefined;
  #streaming = false;
  #number = 0;
  #end: WorkerEnd | undefined;
  #over = false;
  info: Ready | undefined;

  constructor(command: WorkerCommand, limits: Limits, listener: Listener) {
    this.#listener = listener;
    this.#limits = limits;
    this.#child = spawn(command.program, command.arguments, { cwd: command.folder, env: command.variables, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
    this.#channel = this.#child.stdio[3] as Socket;
    this.#channel.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#channel.on('error', () => this.kill('its channel broke'));
    this.#child.once('error', (error) => this.#finish({ text: `it could not be started: ${error.message}`, failure: { message: `${command.program} could not be started: ${error.message}`, traceback: '' } }));
    // When the channel closes, everything that the worker said has been read: an answer before its end still counts.
    this.#channel.once('close', () => this.#closed());
    this.#timer = setTimeout(() => this.#hung(), limits.initTimeoutMs);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get busy(): boolean {
    return this.#exchange !== undefined;
  }

  /** Hands over one request. Only an idle worker takes it. */
  give(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#number = (this.#number + 1) >>> 0;
    const head = this.info?.wants.head === true ? wholeHead(exchange.request) : JSON.stringify({ id: exchange.request.id });
    const [front, body] = requestFrame(this.#number, head, exchange.request.body);
    this.#timer = setTimeout(() => this.#timedOut(), this.#limits.requestTimeoutMs);
    if (body === undefined) {
      this.#channel.write(front as Buffer);
      return;
    }
    this.#channel.cork();
    this.#channel.write(front as Buffer);
    this.#channel.write(body);
    this.#channel.uncork();
  }

  /** Ends an idle worker: it leaves when its channel closes. */
  dismiss(): void {
    this.#end ??= { text: 'it was dismissed' };
    this.#channel.destroy();
  }

  /** Ends it and all that it started, now. */
  kill(text: string, more: Partial<WorkerEnd> = {}): void {
    this.#end ??= { text, ...more };
    signal(this.#child.pid, 'SIGKILL');
    this.#channel.destroy();
  }

  #hung(): void {
    const seconds = this.#limits.initTimeoutMs / 1000;
    const message = `init() did not end within ${seconds} s`;
    this.kill(message, { failure: { message: `${message}: the limit of the readiness probe (initial_delay + period × failure_threshold)`, traceback: '' }, hung: true });
  }

  #timedOut(): void {
    const text = `Scoring timeout after ${this.#limits.requestTimeoutMs} ms`;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.refuse('timeout', text);
    if (exchange !== undefined) this.#listener.settled();
    this.kill(text);
  }

  #read(chunk: Buffer): void {
    if (this.#end !== undefined) return;
    try {
      for (const frame of this.#reader.push(chunk)) this.#take(frame);
    } catch (error) {
      this.kill(`it sent what is no message: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #take(frame: Frame): void {
    if (this.info === undefined) {
      this.#takeStart(frame);
      return;
    }
    const exchange = this.#exchange;
    if (exchange === undefined || frame.request !== this.#number) throw new RangeError(`an answer to request ${frame.request}, which it was not given`);
    switch (frame.kind) {
      case frameKinds.result:
        this.#free();
        exchange.result(frame.payload.subarray(4), frame.payload.readUInt32BE(0));
        break;
      case frameKinds.answer: {
        const [head, body] = splitHead(frame.payload);
        this.#free();
        exchange.answer(head, body);
        break;
      }
      case frameKinds.start:
        this.#streaming = true;
        exchange.start(splitHead(frame.payload)[0]);
        this.#timer?.refresh();
        return;
      case frameKinds.piece:
        if (!this.#streaming) throw new RangeError('a piece before its answer');
        this.#timer?.refresh();
        if (!exchange.gone && !exchange.piece(frame.payload, this.#resume)) this.#channel.pause();
        return;
      case frameKinds.end:
        if (!this.#streaming) throw new RangeError('an end before its answer');
        this.#free();
        exchange.end(frame.payload.toString('latin1') === '1');
        break;
      default:
        throw new RangeError(`a frame of kind ${frame.kind}`);
    }
    this.#listener.idle();
  }

  #takeStart(frame: Frame): void {
    const value: unknown = JSON.parse(frame.payload.toString());
    if (frame.kind === frameKinds.failed) {
      const failure = failedSchema.parse(value);
      this.kill(failure.message, { failure });
      return;
    }
    if (frame.kind !== frameKinds.ready) throw new RangeError(`a frame of kind ${frame.kind} before it was ready`);
    this.info = readySchema.parse(value);
    clearTimeout(this.#timer);
    this.#listener.ready();
  }

  #free(): void {
    clearTimeout(this.#timer);
    this.#exchange = undefined;
    this.#streaming = false;
    this.#listener.settled();
  }

  #closed(): void {
    if (this.#end === undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      // The channel is closed and the process not yet reaped: its end tells more. One that does not end is ended.
      const patience = setTimeout(() => signal(this.#child.pid, 'SIGKILL'), 1000);
      this.#child.once('exit', () => (clearTimeout(patience), this.#finish(this.#exitEnd())));
      return;
    }
    this.#finish(this.#end ?? this.#exitEnd());
  }

  #exitEnd(): WorkerEnd {
    const { exitCode, signalCode } = this.#child;
    const text = signalCode === null ? `it ended with exit code ${exitCode ?? '?'}` : `it was ended by ${signalCode}`;
    return this.info === undefined ? { text, failure: { message: `${text} before init() was done`, traceback: '' } } : { text };
  }

  #finish(end: WorkerEnd): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    signal(this.#child.pid, 'SIGKILL'); // what it may have started
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#listener.ended(end);
    if (exchange === undefined) return;
    exchange.refuse('crash', `the worker is gone: ${end.text}`);
    this.#listener.settled();
  }

}

/** To the whole session of a worker; one that is gone is no error. */
function signal(pid: number | undefined, name: 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}

function wholeHead({ id, method, path, query, remote, headers }: ScoringRequest): string {
  return JSON.stringify({ id, method, path, query, remote, headers: headers() });
}

function splitHead(payload: Buffer): [AnswerHead, Buffer] {
  const end = 4 + payload.readUInt32BE(0);
  return [headSchema.parse(JSON.parse(payload.toString('utf8', 4, end))), payload.subarray(end)];
}
