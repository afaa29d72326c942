import type { EndpointHost, EndpointRoute, Measures } from '@destino/core';
import type { Logger } from '@destino/core/driver';
import { EndpointServer, type ServerParts } from './endpoint-server.ts';

export type GatewayOptions = {
  logger: Logger;
  /** Milliseconds with fractions, of a clock that never goes back. Default `performance.now`. */
  nowMs?: () => number;
  /** At least 0 and below 1; which deployment a request goes to. Default `Math.random`. */
  random?: () => number;
  /** Requests under way at one endpoint; more are answered with 429. Default 1,000. */
  maxInFlight?: number;
};

const defaultMaxInFlight = 1_000;

/** Serves endpoints on ports of this machine that only it can reach. */
export function createGateway(options: GatewayOptions): EndpointHost {
  return new Gateway(options);
}

class Gateway implements EndpointHost {
  readonly #parts: ServerParts;
  readonly #servers = new Map<string, EndpointServer>();

  constructor({ logger, nowMs = () => performance.now(), random = Math.random, maxInFlight = defaultMaxInFlight }: GatewayOptions) {
    this.#parts = { logger, nowMs, random, maxInFlight };
  }

  async serve(id: string, route: EndpointRoute): Promise<{ port: number; origin: string }> {
    const known = this.#servers.get(id) ?? new EndpointServer(route, this.#parts);
    this.#servers.set(id, known);
    return await known.serve(route);
  }

  measures(id: string): Record<string, Measures> {
    return this.#servers.get(id)?.measures() ?? {};
  }

  async stop(id: string): Promise<void> {
    const server = this.#servers.get(id);
    this.#servers.delete(id);
    await server?.stop();
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((id) => this.stop(id)));
  }
}
