import type { ServerResponse } from 'node:http';
import type { AnswerHead, Exchange, RefusalCause, ScoringRequest } from '../workers/scoring-request.ts';
import type { RequestIds } from './request-ids.ts';

/** What a caller sees when no worker answered. A time-out is the server's fault here; a gateway may say 408. */
const refusalStatus: Readonly<Record<RefusalCause, number>> = { busy: 429, 'queue-wait': 503, timeout: 500, crash: 502, stopping: 503, 'not-ready': 503 };

type Sent = { status: number; cause?: RefusalCause; sizeBytes: number };

/** The answer to one HTTP request, from whoever has it. */
export class HttpExchange implements Exchange {
  readonly request: ScoringRequest;
  readonly #response: ServerResponse;
  readonly #common: string[];
  readonly #done: (sent: Sent) => void;
  #started: { status: number; sizeBytes: number } | undefined;
  #over = false;

  constructor(response: ServerResponse, ids: RequestIds, request: ScoringRequest, extra: readonly string[], done: (sent: Sent) => void) {
    this.request = request;
    this.#response = response;
    this.#done = done;
    this.#common = [...commonHeaders(ids), ...extra];
  }

  get gone(): boolean {
    return this.#over || this.#response.destroyed;
  }

  result(body: Buffer, microseconds: number): void {
    this.#whole(200, ['Content-Type', 'application/json', 'x-ms-run-function-failed', 'False', 'x-ms-run-fn-exec-ms', (microseconds / 1000).toFixed(3)], body);
  }

  answer(head: AnswerHead, body: Buffer): void {
    this.#whole(head.status, ownHeaders(head), body);
  }

  start(head: AnswerHead): void {
    this.#started = { status: head.status, sizeBytes: 0 };
    if (this.gone) return;
    this.#response.writeHead(head.status, [...this.#common, ...ownHeaders(head)]);
    this.#response.flushHeaders();
  }

  piece(bytes: Buffer, resume: () => void): boolean {
    if (this.#started !== undefined) this.#started.sizeBytes += bytes.length;
    if (this.gone || this.#response.write(bytes)) return true;
    const settle = (): void => {
      this.#response.off('drain', settle).off('close', settle);
      resume();
    };
    this.#response.once('drain', settle).once('close', settle);
    return false;
  }

  end(failed: boolean): void {
    if (failed) this.#response.destroy(); // a cut answer must not look like a whole one
    else this.#response.end();
    this.#finish(this.#started ?? { status: 200, sizeBytes: 0 });
  }

  refuse(cause: RefusalCause, text: string): void {
    if (this.#started !== undefined) {
      this.#response.destroy();
      this.#finish({ ...this.#started, cause });
      return;
    }
    const body = Buffer.from(JSON.stringify({ message: text }));
    const retry = cause === 'busy' || cause === 'queue-wait' || cause === 'not-ready' ? ['Retry-After', '1'] : [];
    this.#whole(refusalStatus[cause], ['Content-Type', 'application/json', 'x-destino-refusal', cause, ...retry], body, cause);
  }

  #whole(status: number, headers: readonly string[], body: Buffer, cause?: RefusalCause): void {
    if (!this.gone) {
      const bodiless = status === 204 || status === 304;
      this.#response.writeHead(status, bodiless ? [...this.#common, ...headers] : [...this.#common, ...headers, 'Content-Length', String(body.length)]);
      this.#response.end(bodiless ? undefined : body);
    }
    this.#finish({ status, sizeBytes: body.length, ...(cause !== undefined && { cause }) });
  }

  #finish(sent: Sent): void {
    if (this.#over) return;
    this.#over = true;
    this.#done(sent);
  }
}

export function commonHeaders({ id, client, trace }: RequestIds): string[] {
  return ['x-request-id', id, 'x-ms-request-id', client, 'x-ms-client-request-id', client, ...(trace === undefined ? [] : ['TraceId', trace])];
}

/** What the connection itself decides never comes from a script. */
const connectionsOwn = /^(connection|content-length|content-type|keep-alive|transfer-encoding|upgrade|trailer|te|proxy-connection)$/i;

function ownHeaders({ type, headers = [], failed = false, microseconds }: AnswerHead): string[] {
  const own = headers.filter(([name]) => !connectionsOwn.test(name)).flat();
  return ['Content-Type', type, ...own, 'x-ms-run-function-failed', failed ? 'True' : 'False', ...(microseconds === undefined ? [] : ['x-ms-run-fn-exec-ms', (microseconds / 1000).toFixed(3)])];
}
