import { DestinoError } from '../errors/index.ts';
import type { Clock } from '../driver/index.ts';
import type { Attempt, Change, Claim, NewEvent, StateStore, StoreRecord } from '../store/index.ts';
import { DueQueue } from './due-queue.ts';
import { claimLost, type HostSession } from './host-session.ts';
import type { LogPump } from './log-pump.ts';

/** A record that this host supervises, with the rows as this host last wrote or read them. */
export type Tracked = {
  claim: Claim;
  record: StoreRecord;
  /** The newest attempt. */
  attempt: Attempt | undefined;
  /** False when the rows may differ from the store's: they are read again before the next pass. */
  fresh: boolean;
  running: boolean;
  /** Somebody woke it during its pass. */
  again: boolean;
  /** Passes that failed in a row. */
  failures: number;
  pump: LogPump | undefined;
};

/** Thrown when the user asked for something since the rows were read: look again before acting. */
export function lookAgain(id: string): DestinoError {
  return new DestinoError('conflict', `something was asked of ${id} meanwhile`, { op: 'engine.poke', retry: 'same' });
}

export function isOp(error: unknown, op: string): boolean {
  return typeof error === 'object' && error !== null && 'op' in error && error.op === op;
}

/** What this host has claimed, and when each is due. */
export class Tracker {
  readonly #store: StateStore;
  readonly #session: HostSession;
  readonly #clock: Clock;
  readonly #tracked = new Map<string, Tracked>();
  readonly #due = new DueQueue();
  readonly #listeners = new Map<string, Set<() => void>>();
  #onDue: () => void = () => undefined;
  #onGone: (id: string) => void = () => undefined;

  constructor(parts: { store: StateStore; session: HostSession; clock: Clock }) {
    this.#store = parts.store;
    this.#session = parts.session;
    this.#clock = parts.clock;
  }

  get size(): number {
    return this.#tracked.size;
  }

  /** Called whenever something is due earlier than before. */
  onDue(listener: () => void): void {
    this.#onDue = listener;
  }

  /** Called with the id of every record that this host no longer looks after. */
  onGone(listener: (id: string) => void): void {
    this.#onGone = listener;
  }

  /** Calls `listener` after every write of this host to a record, until the returned function is called. */
  onChange(id: string, listener: () => void): () => void {
    const own = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, own.add(listener));
    return () => {
      own.delete(listener);
      if (own.size === 0) this.#listeners.delete(id);
    };
  }

  /** Takes over a record claimed just now. */
  adopt(record: StoreRecord): void {
    if (record.session === undefined) return;
    const claim = { id: record.id, session: record.session, fence: record.fence };
    const before = this.#tracked.get(record.id);
    if (before !== undefined && before.claim.fence >= claim.fence) return;
    this.#tracked.set(record.id, {
      claim,
      record,
      attempt: undefined,
      fresh: record.version === 1,
      running: false,
      again: false,
      failures: 0,
      pump: undefined,
    });
    this.wakeAt(record.id, this.#clock.monotonicMs());
  }

  get(id: string): Tracked | undefined {
    return this.#tracked.get(id);
  }

  all(): Iterable<Tracked> {
    return this.#tracked.values();
  }

  /** Forgets it, unless it was claimed anew since. */
  drop(tracked: Tracked): void {
    if (this.#tracked.get(tracked.claim.id) !== tracked) return;
    this.#tracked.delete(tracked.claim.id);
    this.#due.delete(tracked.claim.id);
    this.#onGone(tracked.claim.id);
  }

  clear(): void {
    const ids = [...this.#tracked.keys()];
    this.#tracked.clear();
    this.#due.clear();
    for (const id of ids) this.#onGone(id);
  }

  /** Has it looked at soon, with its rows read anew: somebody else may have written. */
  wake(id: string): void {
    const tracked = this.#tracked.get(id);
    if (tracked === undefined) return;
    tracked.fresh = false;
    if (tracked.running) tracked.again = true;
    else this.wakeAt(id, this.#clock.monotonicMs());
  }

  wakeAt(id: string, dueMs: number): void {
    if (!this.#tracked.has(id)) return;
    this.#due.set(id, dueMs);
    this.#onDue();
  }

  nextMs(): number | undefined {
    return this.#due.nextMs();
  }

  takeDue(nowMs: number): Tracked | undefined {
    const id = this.#due.take(nowMs);
    return id === undefined ? undefined : this.#tracked.get(id);
  }

  /** Reads the rows again where they may have changed. */
  async refresh(tracked: Tracked): Promise<void> {
    if (tracked.fresh) return;
    const record = await this.#store.record(tracked.claim.id);
    if (record === undefined || record.fence !== tracked.claim.fence || record.session !== tracked.claim.session) throw claimLost(tracked.claim.id);
    tracked.attempt = (await this.#store.attempts(tracked.claim.id)).at(-1);
    tracked.record = record;
    tracked.pump = undefined;
    tracked.fresh = true;
  }

  /** Rejects unless the claim allows an effect now. To be called immediately before each. */
  guard(tracked: Tracked): void {
    if (!this.#session.allows(tracked.claim)) throw claimLost(tracked.claim.id);
  }

  /**
   * The one way in which a pass writes. A change of state takes its event along. Until the answer is known the rows
   * count as stale, so that a lost answer is followed by a read.
   */
  async commit(tracked: Tracked, change: Change): Promise<void> {
    const events = [...(change.events ?? []), ...this.#stateEvent(tracked.record, change)];
    tracked.fresh = false;
    const outcome = await this.#store.commit(tracked.claim, { ...change, ...(events.length > 0 && { events }) });
    if (!outcome.ok) throw outcome.why === 'stale' ? claimLost(tracked.claim.id) : lookAgain(tracked.claim.id);
    // Asked for since the rows were read: the write has taken note of it, so this pass must be followed by another.
    if (outcome.record.poke !== tracked.record.poke) tracked.again = true;
    tracked.record = outcome.record;
    if (change.attempt !== undefined) tracked.attempt = change.attempt;
    tracked.fresh = true;
    if (outcome.record.session === undefined) this.drop(tracked);
    for (const listener of this.#listeners.get(tracked.claim.id) ?? []) listener();
  }

  #stateEvent(record: StoreRecord, change: Change): NewEvent[] {
    const state = change.record?.state;
    if (state === undefined || state === record.state) return [];
    return [{ type: 'state', at: new Date(this.#clock.wallMs()).toISOString(), data: { from: record.state, to: state } }];
  }
}
