import type { Server } from 'node:http';
import type { EndpointRoute, Measures } from '@destino/core';
import type { Logger } from '@destino/core/driver';
import { handleRequest } from './handle-request.ts';
import { Link } from './link.ts';
import { listenSomewhere, originOf } from './listen.ts';
import { Meter } from './measures.ts';
import { refuse } from './refuse.ts';
import { servedRoute, type ServedRoute } from './served-route.ts';

export type ServerParts = { logger: Logger; nowMs: () => number; random: () => number; maxInFlight: number };

const drainWithinMs = 30_000;

/** One endpoint on its port. */
export class EndpointServer {
  readonly #parts: ServerParts;
  readonly #links = new Map<string, Link>();
  readonly #meters = new Map<string, Meter>();
  #route: ServedRoute;
  #server: Server | undefined;
  #inFlight = 0;

  constructor(route: EndpointRoute, parts: ServerParts) {
    this.#parts = parts;
    this.#route = servedRoute(route);
  }

  /** Binds at the first call; afterwards only the route changes. */
  async serve(route: EndpointRoute): Promise<{ port: number; origin: string }> {
    this.#route = servedRoute(route);
    this.#relink(route);
    this.#server ??= await listenSomewhere((...call) => this.#answer(...call), route.port, route.avoid);
    return originOf(this.#server);
  }

  #relink({ upstreams }: EndpointRoute): void {
    for (const [name, link] of this.#links) {
      if (upstreams.has(name)) continue;
      this.#links.delete(name);
      void link.close();
    }
    for (const [name, upstream] of upstreams) {
      const known = this.#links.get(name);
      if (known === undefined) this.#links.set(name, new Link(upstream, this.#parts.logger));
      else known.change(upstream);
    }
  }

  #answer(...[request, response, expectsContinue]: Parameters<Parameters<typeof listenSomewhere>[0]>): void {
    if (this.#inFlight >= this.#parts.maxInFlight) {
      refuse(request, response, 429, 'too many requests are under way at this endpoint', { 'retry-after': '1' });
      return;
    }
    this.#inFlight += 1;
    response.once('close', () => (this.#inFlight -= 1));
    const { nowMs, random } = this.#parts;
    void handleRequest(request, response, { route: this.#route, links: this.#links, meter: (name) => this.#meter(name), nowMs, random }, expectsContinue);
  }

  #meter(name: string): Meter {
    const known = this.#meters.get(name);
    if (known !== undefined) return known;
    const meter = new Meter(this.#parts.nowMs);
    this.#meters.set(name, meter);
    return meter;
  }

  measures(): Record<string, Measures> {
    return Object.fromEntries([...this.#meters].map(([name, meter]) => [name, meter.read()]));
  }

  /** The port is free at once; requests under way finish, for half a minute at most. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), drainWithinMs);
      await closed;
      clearTimeout(force);
    }
    await Promise.all([...this.#links.values()].map((link) => link.close()));
    this.#links.clear();
  }
}
