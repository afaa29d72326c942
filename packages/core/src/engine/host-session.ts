import type { Clock } from '../driver/index.ts';
import { DestinoError } from '../errors/index.ts';
import type { Claim, Host, Session, StateStore } from '../store/index.ts';
import type { EnginePolicy } from './policy.ts';

/**
 * This host's membership. It is judged by the host's own monotonic clock from *before* each renewal was asked for, so
 * a host that slept or was frozen finds itself expired no later than the store does.
 */
export class HostSession {
  readonly #store: StateStore;
  readonly #clock: Clock;
  readonly #policy: EnginePolicy;
  #host: Host;
  #session: Session | undefined;
  #validUntil = 0;
  #storeOffset = 0;
  #renewAt = 0;
  #inDoubt = false;

  constructor(parts: { store: StateStore; clock: Clock; policy: EnginePolicy; host: Host }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#policy = parts.policy;
    this.#host = parts.host;
  }

  get id(): string | undefined {
    return this.isAlive() ? this.#session?.id : undefined;
  }

  get host(): Host {
    return this.#host;
  }

  isAlive(): boolean {
    return this.#session !== undefined && this.#clock.monotonicMs() < this.#validUntil;
  }

  /** Whether an effect may be made under `claim` now. To be asked immediately before each. */
  allows(claim: Claim): boolean {
    return this.isAlive() && this.#session?.id === claim.session;
  }

  /** The store's time as far as this host knows; off by at most the last round trip. */
  storeNowMs(): number {
    return this.#clock.monotonicMs() + this.#storeOffset;
  }

  /** Milliseconds until the next renewal is due; 0 when it is. */
  renewInMs(): number {
    return Math.max(0, this.#renewAt - this.#clock.monotonicMs());
  }

  /**
   * What this host owns is not known any more: an answer that would have told of claims was lost, or a claim of this very
   * session was found not to hold. The next renewal ends the session and opens another.
   */
  doubt(session?: string): void {
    if (session !== undefined && session !== this.#session?.id) return;
    this.#inDoubt = true;
    this.#renewAt = 0;
  }

  /** Replaces what the host offers, from the next renewal on. */
  offer(offers: string[]): void {
    this.#host = { ...this.#host, offers };
    this.#renewAt = 0;
  }

  /**
   * Renews, or opens where there is none or it has ended. Answers whether the session is another one than before: then
   * every claim is to be forgotten.
   */
  async renew(): Promise<{ changed: boolean }> {
    const askedAt = this.#clock.monotonicMs();
    const before = this.#session;
    if (this.#inDoubt && before !== undefined) {
      this.#validUntil = 0;
      await this.#store.endSession(before.id);
      this.#inDoubt = false;
    }
    const renewed = before === undefined || !this.isAlive() ? undefined : await this.#store.renewSession(before.id, this.#policy.sessionLifetimeMs, this.#host);
    const session = renewed ?? (await this.#store.openSession(this.#host, this.#policy.sessionLifetimeMs));
    this.#session = session;
    this.#validUntil = askedAt + this.#policy.sessionLifetimeMs;
    this.#renewAt = askedAt + this.#policy.sessionRenewMs;
    this.#storeOffset = Math.max(this.#storeOffset, session.untilMs - this.#policy.sessionLifetimeMs - this.#clock.monotonicMs());
    if (before === undefined) this.#storeOffset = session.untilMs - this.#policy.sessionLifetimeMs - askedAt;
    return { changed: before !== undefined && before.id !== session.id };
  }

  async end(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) await this.#store.endSession(session.id);
  }
}

/** Thrown inside a pass whose claim no longer allows an effect. Never leaves the engine. */
export function claimLost(id: string): DestinoError {
  return new DestinoError('lost', `the claim on ${id} has gone to another host`, { op: 'engine.claim' });
}
