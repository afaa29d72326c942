import { toDestinoError } from '../errors/index.ts';
import type { EngineParts } from './parts.ts';
import { backoffMs } from './policy.ts';
import { collectGarbage, type RetentionPolicy } from './retention.ts';

const firstCollectionMs = 10 * 60_000;
const collectEveryMs = 60 * 60_000;

/** Keeps the host's session alive, claims what is free, and notices what other processes asked for. */
export class Keeper {
  readonly #parts: EngineParts;
  readonly #stop = new AbortController();
  #failures = 0;
  #claimAt = 0;
  #pokeAt = 0;
  #turns: Promise<unknown> = Promise.resolve();
  readonly #retention: RetentionPolicy | undefined;
  #collectAt: number;

  constructor(parts: EngineParts, retention?: RetentionPolicy) {
    this.#parts = parts;
    this.#retention = retention;
    this.#collectAt = parts.clock.monotonicMs() + firstCollectionMs;
  }

  /** Runs until `stop`; errors of the store are told and waited out. */
  async run(): Promise<void> {
    const { clock, policy, logger } = this.#parts;
    while (!this.#stop.signal.aborted) {
      let waitMs: number;
      try {
        waitMs = await this.turn();
        this.#failures = 0;
      } catch (thrown) {
        this.#failures += 1;
        logger.warn('engine.store-failed', { failures: this.#failures, error: toDestinoError(thrown).toJSON() });
        waitMs = Math.min(backoffMs(policy, this.#failures), policy.sessionRenewMs);
      }
      try {
        await clock.sleep(waitMs, { signal: this.#stop.signal });
      } catch (error) {
        if (!this.#stop.signal.aborted) throw error;
      }
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  claimSoon(): void {
    this.#claimAt = 0;
  }

  /** One round, after the one under way; answers in how many milliseconds the next is due. */
  turn(): Promise<number> {
    const turn = this.#turns.then(() => this.#round());
    // Whoever asked for the round is told of its error; the next one begins whatever became of it.
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  async #round(): Promise<number> {
    const { session, tracker, clock, policy } = this.#parts;
    if (session.renewInMs() === 0 || !session.isAlive()) {
      const { changed } = await session.renew();
      if (changed) {
        tracker.clear();
        this.#claimAt = 0;
      }
    }
    const now = clock.monotonicMs();
    if (now >= this.#claimAt) await this.#claim();
    if (now >= this.#pokeAt) await this.#noticePokes();
    if (this.#retention !== undefined && now >= this.#collectAt) this.#collect(this.#retention);
    return Math.max(1, Math.min(session.renewInMs(), this.#claimAt - clock.monotonicMs(), this.#pokeAt - clock.monotonicMs(), policy.sessionRenewMs));
  }

  /** Beside the rest: a sweep takes its time, and several hosts may do it at once. */
  #collect(retention: RetentionPolicy): void {
    const { clock, logger } = this.#parts;
    this.#collectAt = clock.monotonicMs() + collectEveryMs;
    collectGarbage(this.#parts, retention).then(
      (collected) => logger.info('engine.collected', collected),
      (error: unknown) => logger.warn('engine.collect-failed', { error: toDestinoError(error).toJSON() }),
    );
  }

  async #claim(): Promise<void> {
    const { store, session, tracker, policy, clock } = this.#parts;
    const { id } = session;
    if (id === undefined) return;
    const room = Math.min(policy.claimBatch, policy.maxClaims - tracker.size);
    if (room > 0) {
      const claimed = await this.certain(() => store.claim(id, room));
      for (const record of claimed) tracker.adopt(record);
      if (claimed.length === room) return;
    }
    this.#claimAt = clock.monotonicMs() + policy.claimEveryMs;
  }

  async #noticePokes(): Promise<void> {
    const { store, session, tracker, policy, clock } = this.#parts;
    const { id } = session;
    if (id === undefined) return;
    for (const record of await store.poked(id, policy.claimBatch)) tracker.wake(record.id);
    this.#pokeAt = clock.monotonicMs() + policy.pokeEveryMs;
  }

  /** Runs a store call that may give this host claims; when its answer is lost, the host is in doubt. */
  async certain<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (toDestinoError(error).code !== 'conflict') this.#parts.session.doubt();
      throw error;
    }
  }
}
