import type { Attempt, NewEvent, NewRecord, RecordType, Requests, Segment, StoreEvent, StoreRecord } from './record.ts';
import type { Host, Session } from './session.ts';
import type { Change, Claim, CommitOutcome, Page, RecordQuery, StateStore, StoreInfo } from './state-store.ts';
import { canServe, changed, claimed, freed, freshRecord, holds, isLive, nameTaken, poked, requested, sameSpec } from './transition.ts';

export type MemoryStoreOptions = {
  workspace: string;
  incarnation: string;
  /** The store's clock; must never go back. */
  nowMs: () => number;
};

const defaultLimit = 100;
const maxLimit = 1000;

/** A store that ends with its process: for tests, simulations, and embedders that keep nothing. */
export function createMemoryStateStore(options: MemoryStoreOptions): StateStore {
  return new MemoryStateStore(options);
}

class MemoryStateStore implements StateStore {
  readonly info: StoreInfo;
  readonly #now: () => number;
  readonly #sessions = new Map<string, Session>();
  readonly #records = new Map<string, StoreRecord>();
  readonly #names = new Map<string, string>();
  readonly #attempts = new Map<string, Attempt>();
  readonly #segments = new Map<string, Map<number, Segment>>();
  readonly #events = new Map<string, StoreEvent[]>();
  readonly #feed: StoreEvent[] = [];
  readonly #sightings = new Map<string, number>();
  #seq = 0;
  #sessionSeq = 0;
  #position = 0;

  constructor(options: MemoryStoreOptions) {
    this.info = { workspace: options.workspace, incarnation: options.incarnation, schemaVersion: 1 };
    this.#now = options.nowMs;
  }

  async nowMs(): Promise<number> {
    return this.#now();
  }

  async openSession(host: Host, lifetimeMs: number): Promise<Session> {
    const now = this.#now();
    this.#sessionSeq += 1;
    const session: Session = { id: `session-${this.#sessionSeq}`, host, openedMs: now, untilMs: now + lifetimeMs };
    this.#sessions.set(session.id, session);
    return structuredClone(session);
  }

  async renewSession(id: string, lifetimeMs: number, host?: Host): Promise<Session | undefined> {
    const now = this.#now();
    const session = this.#sessions.get(id);
    if (!isLive(session, now)) return undefined;
    const next = { ...session, ...(host !== undefined && { host }), untilMs: now + lifetimeMs };
    this.#sessions.set(id, next);
    return structuredClone(next);
  }

  async endSession(id: string): Promise<void> {
    this.#sessions.delete(id);
  }

  async sessions(): Promise<Session[]> {
    const now = this.#now();
    return structuredClone([...this.#sessions.values()].filter((session) => isLive(session, now)));
  }

  async claim(sessionId: string, limit: number): Promise<StoreRecord[]> {
    const now = this.#now();
    const session = this.#sessions.get(sessionId);
    if (!isLive(session, now)) return [];
    const free = [...this.#records.values()]
      .filter((record) => record.active && !this.#owned(record, now) && canServe(session, record.needs))
      .slice(0, limit);
    return free.map((record) => this.#put(claimed(record, sessionId, now)));
  }

  async take(sessionId: string, id: string): Promise<StoreRecord | undefined> {
    const now = this.#now();
    const record = this.#records.get(id);
    if (record === undefined || this.#owned(record, now) || !isLive(this.#sessions.get(sessionId), now)) return undefined;
    return this.#put(claimed(record, sessionId, now));
  }

  async poked(session: string, limit: number): Promise<StoreRecord[]> {
    const mine = [...this.#records.values()].filter((record) => record.session === session && record.poke > record.pokeSeen);
    return structuredClone(mine.slice(0, limit));
  }

  async letGo(claims: readonly Claim[]): Promise<void> {
    const now = this.#now();
    for (const claim of claims) {
      const record = this.#records.get(claim.id);
      if (holds(claim, record, this.#sessions.get(claim.session), now)) this.#put(freed(record, now));
    }
  }

  async create(record: NewRecord, event: NewEvent, options: { claimFor?: string } = {}): Promise<{ record: StoreRecord; created: boolean }> {
    const now = this.#now();
    const existing = this.#byName(record.type, record.name);
    if (existing !== undefined) {
      if (!sameSpec(existing.spec, record.spec)) throw nameTaken(existing);
      return { record: structuredClone(existing), created: false };
    }
    const owner = options.claimFor === undefined ? undefined : this.#sessions.get(options.claimFor);
    const session = isLive(owner, now) && canServe(owner, record.needs) ? owner.id : undefined;
    return { record: this.#insert(record, [event], now, session), created: true };
  }

  async request(id: string, requests: Partial<Requests>, event?: NewEvent): Promise<StoreRecord | undefined> {
    return this.#request(id, requests, event);
  }

  #request(id: string, requests: Partial<Requests>, event: NewEvent | undefined): StoreRecord | undefined {
    const record = this.#records.get(id);
    if (record === undefined) return undefined;
    const next = this.#put(requested(record, requests, this.#now(), event === undefined ? 0 : 1));
    if (event !== undefined) this.#append(record, [event]);
    return next;
  }

  async commit(claim: Claim, change: Change): Promise<CommitOutcome> {
    const now = this.#now();
    const record = this.#records.get(claim.id);
    if (!holds(claim, record, this.#sessions.get(claim.session), now)) return { ok: false, why: 'stale' };
    if (change.expectPoke !== undefined && change.expectPoke !== record.poke) return { ok: false, why: 'poked' };
    const next = this.#put(changed(record, change, now));
    this.#append(record, change.events ?? []);
    if (change.attempt !== undefined) this.#attempts.set(change.attempt.key, structuredClone(change.attempt));
    for (const segment of change.segments ?? []) this.#putSegment(segment);
    for (const child of change.create ?? []) {
      if (this.#byName(child.type, child.name) === undefined) this.#insert(child, [{ type: 'created', data: {}, at: child.createdAt }], now);
    }
    for (const { id, requests, event } of change.request ?? []) this.#request(id, requests, event);
    this.#pokeParent(record, next);
    return { ok: true, record: next };
  }

  async remove(ids: readonly string[]): Promise<{ removed: string[]; blobs: string[] }> {
    const removed: string[] = [];
    const blobs: string[] = [];
    for (const id of ids) {
      const record = this.#records.get(id);
      if (record === undefined || record.active) continue;
      for (const attempt of await this.attempts(id)) {
        blobs.push(...[...(this.#segments.get(attempt.key)?.values() ?? [])].flatMap((segment) => (segment.blob === undefined || segment.local ? [] : [segment.blob])));
        this.#segments.delete(attempt.key);
        this.#attempts.delete(attempt.key);
      }
      this.#records.delete(id);
      this.#names.delete(`${record.type} ${record.name}`);
      this.#events.delete(id);
      removed.push(id);
    }
    const gone = new Set(removed);
    for (let index = this.#feed.length - 1; index >= 0; index -= 1) if (gone.has(this.#feed[index]?.record ?? '')) this.#feed.splice(index, 1);
    return { removed, blobs };
  }

  async record(id: string): Promise<StoreRecord | undefined> {
    return structuredClone(this.#records.get(id));
  }

  async named(type: RecordType, name: string): Promise<StoreRecord | undefined> {
    return structuredClone(this.#byName(type, name));
  }

  async list(query: RecordQuery): Promise<Page<StoreRecord>> {
    const limit = Math.min(query.limit ?? defaultLimit, maxLimit);
    const after = query.after === undefined ? undefined : Number(query.after);
    const rows = [...this.#records.values()].filter((record) => matches(record, query)).sort((a, b) => (query.newestFirst === true ? b.seq - a.seq : a.seq - b.seq));
    const rest = after === undefined ? rows : rows.filter((record) => (query.newestFirst === true ? record.seq < after : record.seq > after));
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return { items: structuredClone(items), ...(rest.length > limit && last !== undefined && { next: String(last.seq) }) };
  }

  async attempts(record: string): Promise<Attempt[]> {
    const own = [...this.#attempts.values()].filter((attempt) => attempt.record === record);
    return structuredClone(own.sort((a, b) => a.number - b.number));
  }

  async attemptsByKey(keys: readonly string[]): Promise<Attempt[]> {
    return structuredClone(keys.flatMap((key) => this.#attempts.get(key) ?? []));
  }

  async segments(attempt: string): Promise<Segment[]> {
    const own = [...(this.#segments.get(attempt)?.values() ?? [])];
    return structuredClone(own.sort((a, b) => a.ordinal - b.ordinal));
  }

  async events(record: string, options: { after?: number; limit?: number } = {}): Promise<StoreEvent[]> {
    const from = options.after ?? 0;
    return structuredClone((this.#events.get(record) ?? []).slice(from, from + (options.limit ?? maxLimit)));
  }

  async feed(options: { after?: number; limit?: number } = {}): Promise<StoreEvent[]> {
    const after = options.after ?? 0;
    return structuredClone(this.#feed.filter((event) => event.position > after).slice(0, options.limit ?? maxLimit));
  }

  async sight(ids: readonly string[]): Promise<Map<string, number>> {
    const now = this.#now();
    for (const id of ids) if (!this.#sightings.has(id)) this.#sightings.set(id, now);
    return new Map(ids.map((id) => [id, this.#sightings.get(id) ?? now]));
  }

  async expired(query: { type: RecordType; beforeMs: number; keep: number; limit: number }): Promise<string[]> {
    const inactive = [...this.#records.values()].filter((record) => record.type === query.type && !record.active).sort((a, b) => b.seq - a.seq);
    return inactive
      .slice(query.keep)
      .filter((record) => record.updatedMs < query.beforeMs)
      .slice(0, query.limit)
      .map((record) => record.id);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #owned(record: StoreRecord, now: number): boolean {
    return record.session !== undefined && isLive(this.#sessions.get(record.session), now);
  }

  #byName(type: RecordType, name: string): StoreRecord | undefined {
    const id = this.#names.get(`${type} ${name}`);
    return id === undefined ? undefined : this.#records.get(id);
  }

  #put(record: StoreRecord): StoreRecord {
    this.#records.set(record.id, structuredClone(record));
    return structuredClone(record);
  }

  #insert(record: NewRecord, events: NewEvent[], now: number, session?: string): StoreRecord {
    this.#seq += 1;
    const fresh = { ...freshRecord(record, { nowMs: now, seq: this.#seq, session }), events: events.length };
    this.#names.set(`${record.type} ${record.name}`, record.id);
    this.#append({ ...fresh, events: 0 }, events);
    return this.#put(fresh);
  }

  #append(record: StoreRecord, events: readonly NewEvent[]): void {
    const own = this.#events.get(record.id) ?? [];
    for (const event of events) {
      this.#position += 1;
      const stored: StoreEvent = { ...structuredClone(event), record: record.id, number: own.length + 1, position: this.#position };
      own.push(stored);
      this.#feed.push(stored);
    }
    this.#events.set(record.id, own);
  }

  #putSegment(segment: Segment): void {
    const own = this.#segments.get(segment.attempt) ?? new Map<number, Segment>();
    own.set(segment.ordinal, structuredClone(segment));
    this.#segments.set(segment.attempt, own);
  }

  #pokeParent(before: StoreRecord, after: StoreRecord): void {
    if (!before.active || after.active || after.parent === undefined) return;
    const parent = this.#records.get(after.parent);
    if (parent !== undefined) this.#put(poked(parent));
  }
}

function matches(record: StoreRecord, query: RecordQuery): boolean {
  return (
    record.type === query.type &&
    (query.states === undefined || query.states.includes(record.state)) &&
    (query.kinds === undefined || query.kinds.includes(record.kind)) &&
    (query.target === undefined || record.target === query.target) &&
    (query.parent === undefined || record.parent === query.parent) &&
    (query.active === undefined || record.active === query.active) &&
    (query.prefix === undefined || record.name.startsWith(query.prefix))
  );
}
