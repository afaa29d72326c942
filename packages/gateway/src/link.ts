import type { Upstream } from '@destino/core';
import type { Connection, Logger } from '@destino/core/driver';
import { errorToData } from '@destino/core/errors';
import { Pool } from 'undici';

export type OpenLink = { pool: Pool; origin: URL } | { none: string };

const connectionsEach = 256;
const connectWithinMs = 5_000;
const answerPauseMs = 300_000;

/** The way to one deployment: opened when first wanted, replaced when there is another, closed when its last request is over. */
export class Link {
  upstream: Upstream;
  readonly #logger: Logger;
  #open: Promise<OpenLink & { connection: Connection }> | undefined;
  #version = '';

  constructor(upstream: Upstream, logger: Logger) {
    this.upstream = upstream;
    this.#logger = logger;
  }

  /** Takes note of how the deployment is to be reached from now on. */
  change(upstream: Upstream): void {
    const other = upstream.version !== this.#version && this.#open !== undefined;
    this.upstream = upstream;
    if (other) void this.#swap();
  }

  /** Opens the new way first, so that no request waits for it, then lets the old one finish. */
  async #swap(): Promise<void> {
    const old = this.#open;
    const next = this.#connect();
    try {
      await next;
      this.#open = next;
    } catch (error) {
      this.#logger.warn('gateway.connect-failed', { error: errorToData(error) });
      this.#open = undefined;
    }
    await this.#end(old);
  }

  /** Rejects when the deployment cannot be reached; the next request tries again. */
  async open(): Promise<OpenLink> {
    const opening = (this.#open ??= this.#connect());
    try {
      return await opening;
    } catch (error) {
      if (this.#open === opening) this.#open = undefined;
      throw error;
    }
  }

  /** The way that `failed` is no good any more: it is asked for anew, once for all who find out. */
  async again(failed: OpenLink): Promise<OpenLink> {
    const current = await this.#open?.catch(() => undefined);
    if (current === failed) {
      const old = this.#open;
      this.#open = undefined;
      void this.#end(old);
    }
    return await this.open();
  }

  async #connect(): Promise<OpenLink & { connection: Connection }> {
    const { upstream } = this;
    this.#version = upstream.version;
    const connection = await upstream.connect();
    if ('none' in connection) return { none: connection.none.text, connection };
    const origin = new URL(connection.origin);
    const pool = new Pool(origin.origin, { connections: connectionsEach, pipelining: 1, bodyTimeout: answerPauseMs, connect: { timeout: connectWithinMs } });
    return { pool, origin, connection };
  }

  async close(): Promise<void> {
    const old = this.#open;
    this.#open = undefined;
    await this.#end(old);
  }

  async #end(opening: Promise<OpenLink & { connection: Connection }> | undefined): Promise<void> {
    try {
      const open = await opening;
      if (open === undefined) return;
      if ('pool' in open) await open.pool.close();
      if ('close' in open.connection) await open.connection.close();
    } catch (error) {
      this.#logger.warn('gateway.close-failed', { error: errorToData(error) });
    }
  }
}
