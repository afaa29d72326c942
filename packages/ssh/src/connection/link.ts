import type { Duplex } from 'node:stream';
import type { CallOptions } from '@destino/core/driver';
import { DestinoError, isDestinoError } from '@destino/core/errors';
import type { ClientChannel, PseudoTtyOptions } from 'ssh2';
import type { DialContext, Dialled } from './dial.ts';
import { Slots } from './slots.ts';
import type { ConnectionSettings } from './settings.ts';

const defaultChannels = 8;
const firstBackoffMs = 500;
const longestBackoffMs = 30_000;

export type OpenOptions = CallOptions & { tty?: PseudoTtyOptions };

/** A command at work on the machine, and the place that it takes among the channels. */
export type OpenChannel = { channel: ClientChannel; end: ChannelEnd; closed: Promise<void>; close(): void };
/** How the command ended; neither is known until then, or when the connection went first. */
export type ChannelEnd = { code?: number; signal?: string };

/**
 * The one connection to a machine: made when it is first needed, shared by all calls, noticed when it dies (within about
 * 20 s if nothing says so), made anew by the next call. After a failure the next tries wait longer each time.
 */
export class SshLink implements AsyncDisposable {
  readonly settings: ConnectionSettings;
  readonly #context: DialContext;
  readonly #slots: Slots;
  #dialling: Promise<Dialled> | undefined;
  #current: Dialled | undefined;
  #failures = 0;
  #notBeforeMs = 0;
  #lastError: DestinoError | undefined;
  #disposed = false;

  constructor(settings: ConnectionSettings, context: DialContext) {
    this.settings = settings;
    this.#context = context;
    this.#slots = new Slots(settings.maxChannels ?? defaultChannels);
  }

  /** How often a connection has been made. */
  generation = 0;

  /** Starts a command; its words are seen by everybody on that machine. @throws as `dial` does. */
  async open(command: string, { tty, ...options }: OpenOptions = {}): Promise<OpenChannel> {
    return await this.#withSlot(options, async ({ client }) => {
      return await new Promise<OpenChannel>((resolve, reject) => {
        client.exec(command, tty === undefined ? {} : { pty: tty }, answer(resolve, reject));
      });
    });
  }

  /** The account's own shell, with a terminal. */
  async shell(tty: PseudoTtyOptions, options: CallOptions = {}): Promise<OpenChannel> {
    return await this.#withSlot(options, async ({ client }) => {
      return await new Promise<OpenChannel>((resolve, reject) => {
        client.shell(tty, answer(resolve, reject));
      });
    });
  }

  /** A connection from the machine to `host:port` as it sees them. */
  async forward(host: string, port: number, options: CallOptions = {}): Promise<Duplex & { close?(): void }> {
    const { channel } = await this.#withSlot(options, async ({ client }) => {
      return await new Promise<OpenChannel>((resolve, reject) => {
        client.forwardOut('127.0.0.1', 0, host, port, answer(resolve, reject));
      });
    });
    return channel;
  }

  async #withSlot(options: CallOptions, start: Start): Promise<OpenChannel> {
    const free = await this.#slots.take(options.signal);
    try {
      const dialled = await this.#connected(options);
      const open = await this.#unlessBroken(dialled, options, start);
      void open.closed.then(free);
      return open;
    } catch (error) {
      free();
      throw error;
    }
  }

  /** A connection may end between a request and its answer, which then never comes. */
  async #unlessBroken(dialled: Dialled, { signal }: CallOptions, start: Start): Promise<OpenChannel> {
    const { client } = dialled;
    let stop: () => void = () => undefined;
    const broken = new Promise<never>((_, reject) => {
      const onClose = (): void => reject(this.lost());
      const onAbort = (): void => reject(new DestinoError('aborted', 'the call was stopped', { cause: signal?.reason }));
      stop = () => {
        client.off('close', onClose);
        signal?.removeEventListener('abort', onAbort);
      };
      client.once('close', onClose);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
    const starting = start(dialled);
    try {
      return await Promise.race([starting, broken]);
    } catch (error) {
      starting.then(({ close }) => close(), () => undefined); // it came too late for us
      if (isDestinoError(error)) throw error;
      throw new DestinoError('unavailable', `${this.settings.host} opened no channel: ${error instanceof Error ? error.message : String(error)}`, { scope: this.settings.host, hint: 'the server allows fewer channels (MaxSessions) than maxChannels says', cause: error });
    } finally {
      stop();
    }
  }

  /** What to say when the connection ended under a call. */
  lost(): DestinoError {
    return new DestinoError('unavailable', `the connection to ${this.settings.host} was lost`, { scope: this.settings.host, retryAfterMs: firstBackoffMs });
  }

  async #connected(options: CallOptions): Promise<Dialled> {
    if (this.#disposed) throw new DestinoError('aborted', `the connection to ${this.settings.host} is closed`);
    if (this.#current !== undefined) return this.#current;
    this.#dialling ??= this.#dial().finally(() => (this.#dialling = undefined));
    return await untilAborted(this.#dialling, options.signal);
  }

  async #dial(): Promise<Dialled> {
    const waitMs = this.#notBeforeMs - this.#context.clock.monotonicMs();
    if (waitMs > 0 && this.#lastError !== undefined) throw this.#again(this.#lastError, waitMs);
    try {
      const { dial } = await import('./dial.ts'); // the SSH library is loaded when it is first needed
      const dialled = await dial(this.settings, this.#context);
      if (this.#disposed) dialled.close();
      this.#failures = 0;
      this.#current = dialled;
      this.generation += 1;
      dialled.client.once('close', () => {
        if (this.#current === dialled) this.#current = undefined;
      });
      return dialled;
    } catch (error) {
      this.#noteFailure(error);
      throw error;
    }
  }

  #noteFailure(error: unknown): void {
    if (!isDestinoError(error) || error.retry !== 'same') return; // what only the user can change is tried at every call
    this.#failures += 1;
    this.#lastError = error;
    // The first failure may be a matter of one packet: the next call tries at once.
    const backoffMs = this.#failures < 2 ? 0 : Math.min(longestBackoffMs, firstBackoffMs * 2 ** (this.#failures - 2));
    this.#notBeforeMs = this.#context.clock.monotonicMs() + backoffMs;
  }

  #again(error: DestinoError, waitMs: number): DestinoError {
    return new DestinoError(error.code, `${error.message} (the last of ${this.#failures} tries)`, { scope: error.scope, hint: error.hint, retryAfterMs: waitMs, cause: error });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#current?.close();
    this.#current = undefined;
  }
}

type Start = (dialled: Dialled) => Promise<OpenChannel>;

/** A short command's end may come in the same packet as its beginning: it is listened for at once. */
function answer(resolve: (open: OpenChannel) => void, reject: (error: Error) => void): (error: Error | undefined, channel: ClientChannel) => void {
  return (error, channel) => {
    if (error) return reject(error);
    const end: ChannelEnd = {};
    channel.on('exit', (code: number | null, signal?: string) => {
      if (code !== null) end.code = code;
      if (signal !== undefined) end.signal = signal;
    });
    const closed = new Promise<void>((done) => channel.once('close', () => done()));
    resolve({ channel, end, closed, close: () => void channel.close() });
  };
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(new DestinoError('aborted', 'the call was stopped', { cause: signal.reason }));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    stop = () => signal.removeEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop();
  }
}
