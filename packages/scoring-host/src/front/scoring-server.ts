import { timingSafeEqual, createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Backend } from '../workers/backend.ts';
import type { CallLog } from './call-log.ts';
import { commonHeaders, HttpExchange } from './http-exchange.ts';
import { Metrics } from './metrics.ts';
import { readBody } from './read-body.ts';
import { requestIds, type RequestIds } from './request-ids.ts';
import { openApi, type Swagger } from './swagger.ts';

export type FrontOptions = {
  /** Largest request body. Bytes; default 100 MiB. */
  maxBodyBytes?: number;
  /** Before every route, as `/prefix`. */
  pathPrefix?: string;
  /** Origins that browsers may call from; `*` for all. Default: none. */
  corsOrigins?: readonly string[];
  /** One of these as bearer token is required for scoring. Default: no key. */
  keys?: readonly string[];
  serverVersion?: string | undefined;
  log: CallLog;
  logCalls?: boolean;
  swagger: Swagger;
};

export const defaultMaxBodyBytes = 100 * 1_048_576;
const scoringMethods = 'GET, POST, OPTIONS';

/** The HTTP front: routes, limits, ids and headers. Who answers can be replaced while it serves. */
export class ScoringServer {
  readonly metrics = new Metrics();
  readonly #options: FrontOptions;
  readonly #server: Server;
  readonly #prefix: string;
  #backend: Backend | undefined;
  #stopping = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#prefix = (options.pathPrefix ?? '').replace(/^\/*(.*?)\/*$/, (_, path: string) => (path === '' ? '' : `/${path}`));
    this.#server = createServer({ keepAliveTimeout: 75_000, headersTimeout: 60_000, requestTimeout: 300_000, connectionsCheckingInterval: 5_000, noDelay: true }, (incoming, response) => this.#handle(incoming, response));
    this.#server.maxRequestsPerSocket = 0;
  }

  /** Whoever answers from the next request on. */
  set backend(backend: Backend | undefined) {
    this.#backend = backend;
  }

  get backend(): Backend | undefined {
    return this.#backend;
  }

  /** Resolves with the port. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: 2048 }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no new connection; resolves when every request that was begun has its answer. */
  async close(): Promise<void> {
    this.#stopping = true;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }

  /** Cuts what is left. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  #handle(incoming: IncomingMessage, response: ServerResponse): void {
    incoming.on('error', () => response.destroy());
    if (this.#stopping) response.shouldKeepAlive = false;
    const [path, query] = split(incoming.url ?? '/');
    const route = path.startsWith(this.#prefix) ? path.slice(this.#prefix.length) || '/' : '';
    if (route === '/score') return this.#score(incoming, response, query);
    const ids = requestIds(incoming.headers);
    if ('tooLong' in ids) return tooLong(response, ids.tooLong);
    const headers = [...commonHeaders(ids), ...this.#extra(incoming)];
    if (route === '/' || route === '/metrics' || route === '/swagger.json') {
      if (incoming.method !== 'GET' && incoming.method !== 'HEAD') return message(response, 405, 'Method not allowed', [...headers, 'Allow', 'GET']);
      return this.#look(route, new URLSearchParams(query).get('version') ?? undefined, response, headers);
    }
    message(response, 404, `there is no ${path.slice(0, 200)} here; there are /, /score, /swagger.json and /metrics`, headers);
  }

  #look(route: string, version: string | undefined, response: ServerResponse, headers: readonly string[]): void {
    const backend = this.#backend;
    if (route === '/metrics') return plain(response, 200, this.metrics.text(backend), [...headers, 'Content-Type', 'text/plain; version=0.0.4']);
    if (route === '/swagger.json') {
      const document = openApi(this.#options.swagger, backend?.info?.schema ?? null, version, this.#prefix);
      if ('refused' in document) return message(response, 404, document.refused, headers);
      return plain(response, 200, document.text, [...headers, 'Content-Type', 'application/json']);
    }
    const ready = backend?.state.phase === 'ready' && backend.readyWorkers > 0;
    plain(response, ready ? 200 : 503, ready ? 'Healthy' : 'Not ready', [...headers, 'Content-Type', 'text/plain', ...(ready ? [] : ['Retry-After', '1'])]);
  }

  #extra(incoming: IncomingMessage): string[] {
    const { corsOrigins = [], serverVersion } = this.#options;
    const version = serverVersion === undefined ? [] : ['x-ms-server-version', serverVersion];
    const origin = incoming.headers.origin;
    if (origin === undefined || !(corsOrigins.includes('*') || corsOrigins.includes(origin))) return version;
    return [...version, 'Access-Control-Allow-Origin', corsOrigins.includes('*') ? '*' : origin, 'Access-Control-Allow-Methods', scoringMethods, 'Access-Control-Allow-Headers', incoming.headers['access-control-request-headers'] ?? '*', 'Vary', 'Origin'];
  }

  #score(incoming: IncomingMessage, response: ServerResponse, query: string): void {
    const ids = requestIds(incoming.headers);
    if ('tooLong' in ids) return tooLong(response, ids.tooLong);
    const extra = this.#extra(incoming);
    const refuse = (status: number, text: string, more: readonly string[] = []): void => {
      this.metrics.answered(status, 0);
      message(response, status, text, [...commonHeaders(ids), ...extra, ...more]);
    };
    if (incoming.method === 'OPTIONS') return plain(response, 200, '', [...commonHeaders(ids), ...extra, 'Allow', scoringMethods]);
    if (incoming.method !== 'POST' && incoming.method !== 'GET') return refuse(405, 'Method not allowed', ['Allow', scoringMethods]);
    if (!this.#mayScore(incoming)) return refuse(401, 'a key of this service is required', ['WWW-Authenticate', 'Bearer']);
    const maxBytes = this.#options.maxBodyBytes ?? defaultMaxBodyBytes;
    readBody(incoming, maxBytes, (body) => {
      if (body === 'gone') return;
      if (body === 'too-large') {
        response.shouldKeepAlive = false;
        refuse(413, `the request's body is larger than ${maxBytes} bytes`);
        return;
      }
      this.#dispatch(incoming, response, ids, query, body, extra, refuse);
    });
  }

  #dispatch(incoming: IncomingMessage, response: ServerResponse, ids: RequestIds, query: string, body: Buffer, extra: readonly string[], refuse: (status: number, text: string) => void): void {
    const backend = this.#backend;
    const wants = backend?.info?.wants;
    if (wants?.json === true && incoming.method === 'POST' && !/^application\/json\s*(;|$)/i.test(incoming.headers['content-type'] ?? '')) return refuse(415, 'Unsupported media type: application/json is expected');
    const begunMs = performance.now();
    const { method = 'POST', url = '/' } = incoming;
    const [path] = split(url);
    const asked = method === 'GET' && wants?.raw !== true && body.length === 0 ? Buffer.from(queryAsJson(query)) : body;
    const request = { id: ids.id, method, path, query, remote: incoming.socket.remoteAddress, headers: () => pairs(incoming.rawHeaders), body: asked };
    const exchange = new HttpExchange(response, ids, request, extra, ({ status, sizeBytes, cause }) => {
      const ms = performance.now() - begunMs;
      this.metrics.answered(status, ms / 1000);
      if (cause !== undefined) this.metrics.refused(cause);
      if (this.#options.logCalls !== false) this.#options.log.line(status < 500 ? 'I' : 'E', 'gunicorn.access', `${ids.id} ${method} ${path} ${status} ${ms.toFixed(3)}ms ${sizeBytes}`);
    });
    if (backend === undefined) exchange.refuse('not-ready', 'the service is not ready yet');
    else backend.score(exchange);
  }

  #mayScore({ headers }: IncomingMessage): boolean {
    const { keys = [] } = this.#options;
    if (keys.length === 0) return true;
    const given = digest(/^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
    return keys.filter((key) => timingSafeEqual(given, digest(key))).length > 0;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function split(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index): [string, string][] => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []));
}

/** Repeated names become lists. */
function queryAsJson(query: string): string {
  const parameters = new URLSearchParams(query);
  const entries = [...new Set(parameters.keys())].map((name) => {
    const values = parameters.getAll(name);
    return [name, values.length === 1 ? values[0] : values] as const;
  });
  return JSON.stringify(Object.fromEntries(entries));
}

function plain(response: ServerResponse, status: number, text: string, headers: readonly string[]): void {
  response.writeHead(status, [...headers, 'Content-Length', String(Buffer.byteLength(text))]);
  response.end(text);
}

function message(response: ServerResponse, status: number, text: string, headers: readonly string[]): void {
  plain(response, status, JSON.stringify({ message: text }), [...headers, 'Content-Type', 'application/json']);
}

function tooLong(response: ServerResponse, name: string): void {
  message(response, 431, `${name} must not exceed 100 characters`, []);
}
