import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer, Asked } from './exchange.ts';

/** What becomes of an answer on its way out. */
export type Delivery = { answer: Answer; fate?: 'reset' | 'reset-body' };

export type Listener = { origin: string; port: number; close(): Promise<void> };

export type Handlers = {
  answer(asked: Asked): Promise<Delivery>;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
};

const largestBodyBytes = 16 * 1024 * 1024;

/** Listens on loopback only. `port` 0: any that is free. */
export async function listen(port: number, handlers: Handlers, tls?: { cert: string; key: string }): Promise<Listener> {
  const scheme = tls === undefined ? 'http' : 'https';
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response, handlers, scheme).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
  const server: Server = tls === undefined ? createServer(onRequest) : createSecureServer(tls, onRequest);
  server.on('upgrade', (request, socket, head) => handlers.upgrade(request, socket, head));
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, '127.0.0.1', done);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    origin: `${scheme}://127.0.0.1:${bound}`,
    port: bound,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, handlers: Handlers, scheme: string): Promise<void> {
  const text = await readBody(request);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
  const asked: Asked = {
    method: request.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers,
    text,
    body: parsed(text),
    origin: `${scheme}://${headers['host'] ?? '127.0.0.1'}`,
    params: {},
  };
  const { answer, fate } = await handlers.answer(asked);
  if (fate === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const payload = answer.body === undefined ? '' : typeof answer.body === 'string' || Buffer.isBuffer(answer.body) ? answer.body : JSON.stringify(answer.body);
  const bodyless = answer.status === 204 || asked.method === 'HEAD';
  response.writeHead(answer.status, { ...(!bodyless && { 'content-length': String(Buffer.byteLength(payload)) }), ...answer.headers });
  if (fate === 'reset-body') {
    response.write(payload.slice(0, payload.length / 2), () => request.socket.resetAndDestroy());
    return;
  }
  response.end(bodyless ? undefined : payload);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBodyBytes) throw new Error('the request body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  if (!/^\s*[[{"]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told as a refusal by the route that needs it
  }
}
