import type { Attempt, Change, Claim, Session, StateStore, StoreRecord } from '@destino/core/store';

export class Violation extends Error {
  override readonly name = 'Violation';
  /** The attempt's key, and the world as it stood, for whoever looks into it. */
  readonly key: string | undefined;
  #world: unknown;

  constructor(message: string, key?: string) {
    super(message);
    this.key = key;
  }

  get world(): unknown {
    return this.#world;
  }

  set world(world: unknown) {
    this.#world = world;
  }
}

/**
 * What an observer beside the store knows: who owns what, what was asked for, which key belongs to which record. It is
 * told of every effect at the moment it happens, also of those whose answers are lost.
 */
export class Ledger {
  readonly #fences = new Map<string, { session: string; fence: number }>();
  readonly #sessions = new Map<string, number>();
  readonly cancelled = new Set<string>();
  /** Keys whose submission was stored as under way. */
  readonly submitting = new Set<string>();
  readonly recordOf = new Map<string, string>();
  readonly #submittedMs = new Map<string, number | undefined>();
  readonly #storeNow: () => number;
  /** What was seen. A host takes what is thrown at it for a failure of its store, so it is kept here too. */
  readonly violations: Violation[] = [];
  commits = 0;
  refused = 0;

  constructor(storeNow: () => number) {
    this.#storeNow = storeNow;
  }

  sessionSeen(session: Session | undefined): void {
    if (session !== undefined) this.#sessions.set(session.id, session.untilMs);
  }

  sessionEnded(id: string): void {
    this.#sessions.delete(id);
  }

  claimed(records: readonly StoreRecord[]): void {
    for (const record of records) {
      if (record.session === undefined) continue;
      const before = this.#fences.get(record.id);
      if (before !== undefined && record.fence <= before.fence) throw this.#broken(`claim ${record.name}: fence ${record.fence} after ${before.fence}`);
      if (before !== undefined && before.session !== record.session && this.#alive(before.session)) {
        throw this.#broken(`claim ${record.name}: taken from the living session ${before.session}`);
      }
      this.#fences.set(record.id, { session: record.session, fence: record.fence });
    }
  }

  letGo(id: string): void {
    const before = this.#fences.get(id);
    if (before !== undefined) this.#fences.set(id, { ...before, session: '' });
  }

  /** An accepted write: its claim must be the newest, and its session alive. */
  committed(claim: Claim, change: Change, record: StoreRecord): void {
    this.commits += 1;
    const owner = this.#fences.get(claim.id);
    if (owner === undefined || owner.fence !== claim.fence || owner.session !== claim.session) {
      throw this.#broken(`stale write to ${record.name}: claim ${claim.session}/${claim.fence}, owner ${owner?.session}/${owner?.fence}`);
    }
    if (!this.#alive(claim.session)) throw this.#broken(`write to ${record.name} by the ended session ${claim.session}`);
    if (change.attempt !== undefined) this.recordOf.set(change.attempt.key, claim.id);
    if (change.attempt?.phase === 'submitting') this.#submitting(change.attempt, record);
    for (const { id, requests } of change.request ?? []) if (requests.cancel !== undefined) this.cancelled.add(id);
    if (record.session === undefined) this.letGo(claim.id);
  }

  /** The moment that decides is when a submission is stored as under way: what is asked for later meets it there. */
  #submitting({ key, submittedMs }: Attempt, record: StoreRecord): void {
    if (this.#submittedMs.get(key) === submittedMs) return;
    if (this.cancelled.has(record.id)) throw this.#broken(`${record.name} is about to be submitted after its cancellation`, key);
    this.#submittedMs.set(key, submittedMs);
    this.submitting.add(key);
  }

  #broken(message: string, key?: string): Violation {
    const violation = new Violation(message, key);
    this.violations.push(violation);
    return violation;
  }

  #alive(session: string): boolean {
    return (this.#sessions.get(session) ?? 0) > this.#storeNow();
  }
}

/** Tells the ledger of what a store does, and passes everything on. */
export function observed(store: StateStore, ledger: Ledger): StateStore {
  return {
    ...bound(store),
    get info() {
      return store.info;
    },
    openSession: async (host, lifetimeMs) => {
      const session = await store.openSession(host, lifetimeMs);
      ledger.sessionSeen(session);
      return session;
    },
    renewSession: async (id, lifetimeMs, host) => {
      const session = await store.renewSession(id, lifetimeMs, host);
      ledger.sessionSeen(session);
      return session;
    },
    endSession: async (id) => {
      await store.endSession(id);
      ledger.sessionEnded(id);
    },
    claim: async (session, limit) => {
      const records = await store.claim(session, limit);
      ledger.claimed(records);
      return records;
    },
    take: async (session, id) => {
      const record = await store.take(session, id);
      if (record !== undefined) ledger.claimed([record]);
      return record;
    },
    create: async (record, event, options) => {
      const answer = await store.create(record, event, options);
      if (answer.created) ledger.claimed([answer.record]);
      return answer;
    },
    request: async (id, requests, event) => {
      const answer = await store.request(id, requests, event);
      if (requests.cancel !== undefined) ledger.cancelled.add(id);
      return answer;
    },
    letGo: async (claims) => {
      await store.letGo(claims);
      for (const { id } of claims) ledger.letGo(id);
    },
    commit: async (claim, change) => {
      const outcome = await store.commit(claim, change);
      if (outcome.ok) ledger.committed(claim, change, outcome.record);
      else ledger.refused += 1;
      return outcome;
    },
  };
}

/** Every method of a store as a property of its own, so that some can be replaced. */
export function bound(store: StateStore): StateStore {
  const methods = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const names: (keyof StateStore)[] = ['nowMs', 'openSession', 'renewSession', 'endSession', 'sessions', 'claim', 'take', 'poked', 'letGo', 'create', 'request', 'commit', 'remove', 'record', 'named', 'list', 'attempts', 'attemptsByKey', 'segments', 'events', 'feed', 'sight', 'expired'];
  const own = Object.fromEntries(names.map((name) => [name, methods[name]]));
  return { ...own, info: store.info, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() } as StateStore;
}
