import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher, Pool } from 'undici';
import { toCaller, modelStatusHeader, type AnswerHeaders } from './headers.ts';
import type { Body } from './read-body.ts';

export type Forwarded = { method: string; path: string; headers: string[]; body: Body; timeoutMs: number };
/** `unsent`: no byte of the request left, so it may be sent again elsewhere. */
export type Ended = { status: number } | { failed: Error; unsent: boolean; begun: boolean };

const notConnected = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);

/** Carries one request to a deployment and its answer back, at the pace of the slower side. Never rejects. */
export function forward(pool: Pool, request: Forwarded, response: ServerResponse, added: AnswerHeaders): Promise<Ended> {
  return new Promise((resolve) => {
    const { method, path, headers, timeoutMs } = request;
    const carrier = new Carrier(response, added, resolve);
    const body = request.body === null || Buffer.isBuffer(request.body) ? request.body : Readable.from(request.body, { objectMode: false });
    try {
      pool.dispatch({ method, path, headers, body, headersTimeout: timeoutMs }, carrier);
    } catch (error) {
      carrier.fail(error as Error);
    }
  });
}

class Carrier implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  readonly #added: AnswerHeaders;
  readonly #end: (ended: Ended) => void;
  #sent = false;
  #status = 0;
  #onClose: () => void = () => undefined;
  #onDrain: () => void = () => undefined;

  constructor(response: ServerResponse, added: AnswerHeaders, end: (ended: Ended) => void) {
    this.#response = response;
    this.#added = added;
    this.#end = end;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#sent = true;
    this.#onClose = () => controller.abort(new Error('the caller went away'));
    if (this.#response.destroyed) this.#onClose();
    else this.#response.once('close', this.#onClose);
    this.#onDrain = () => controller.resume();
    this.#response.on('drain', this.#onDrain);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return;
    this.#status = status;
    const added = status >= 300 ? { ...this.#added, [modelStatusHeader]: String(status) } : this.#added;
    this.#response.writeHead(status, toCaller(headers, added));
    // An answer of unknown length may be one that comes bit by bit: its beginning is not held back.
    if (headers['content-length'] === undefined) this.#response.flushHeaders();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#leave();
    this.#response.end();
    this.#end({ status: this.#status });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(error);
  }

  fail(error: Error): void {
    this.#leave();
    const begun = this.#response.headersSent;
    // What has begun cannot be taken back: an answer that is cut off must be seen to be.
    if (begun) this.#response.destroy();
    this.#end({ failed: error, unsent: !this.#sent && notConnected.has((error as NodeJS.ErrnoException).code ?? ''), begun });
  }

  #leave(): void {
    this.#response.off('close', this.#onClose);
    this.#response.off('drain', this.#onDrain);
  }
}
