import { createServer, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EndpointHost, EndpointRoute, Upstream } from '@destino/core';
import { createGateway, type GatewayOptions } from './gateway.ts';

export type Answerer = (request: IncomingMessage, response: ServerResponse) => void;
export type Got = { status: number; headers: IncomingHttpHeaders; text: string };

export const key = 'a-key-of-this-endpoint';

/** A gateway with deployments of the test's own on loopback, all ended with the test. */
export class GatewayTrial implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly gateway: EndpointHost;
  readonly #servers: Server[] = [];
  origin = '';

  constructor(options: Partial<GatewayOptions> = {}) {
    const line = (event: string): void => void this.lines.push(event);
    this.gateway = createGateway({ logger: { debug: () => undefined, info: () => undefined, warn: line }, ...options });
  }

  /** A deployment that answers so. */
  async deployment(answer: Answerer, about: Partial<Upstream> = {}): Promise<Upstream & { server: Server; closed: () => number }> {
    const server = createServer(answer);
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    let closed = 0;
    const connect = async () => ({ origin: originOf(server), close: async () => void (closed += 1) });
    return { version: originOf(server), scoringRoute: '/score', requestTimeoutMs: 5_000, connect, ...about, server, closed: () => closed };
  }

  async serve(upstreams: Record<string, Upstream>, route: Partial<EndpointRoute> = {}): Promise<number> {
    const names = Object.keys(upstreams);
    const traffic = names[0] === undefined ? {} : { [names[0]]: 100 };
    const { port, origin } = await this.gateway.serve('one', { name: 'one', avoid: [], keys: [key], traffic, mirror: {}, upstreams: new Map(Object.entries(upstreams)), ...route });
    this.origin = origin;
    return port;
  }

  async call(body: string | undefined, options: { path?: string; method?: string; headers?: Record<string, string>; key?: string | undefined } = {}): Promise<Got> {
    const { path = '/score', method = 'POST', headers = {} } = options;
    const given = 'key' in options ? options.key : key;
    return await send(this.origin, { path, method, headers: { ...(given !== undefined && { authorization: `Bearer ${given}` }), ...headers }, body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.stopAll();
    for (const server of this.#servers) {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    }
  }
}

export function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function send(origin: string, { path, method, headers, body }: { path: string; method: string; headers: Record<string, string>; body?: string | undefined }): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${origin}${path}`, { agent: false, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Says its name and what it was asked. */
export function named(name: string): Answerer {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name, path: request.url, method: request.method, body: Buffer.concat(chunks).toString('utf8'), headers: request.headers }));
    });
  };
}
