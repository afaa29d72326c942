import type { Attempt, NewEvent, NewRecord, RecordType, Requests, Segment, StoreEvent, StoreRecord } from './record.ts';
import type { Host, Session } from './session.ts';

/** The right to write one record, as long as the session lives and no other claim was made. */
export type Claim = { id: string; session: string; fence: number };

/** What one fenced transaction writes. Fields that are absent stay as they are. */
export type Change = {
  record?: { state?: string; active?: boolean; target?: string; needs?: string[]; doc?: StoreRecord['doc'] };
  /** Inserted, or replaced whole, by key. */
  attempt?: Attempt;
  /** Inserted, or replaced, by attempt and ordinal. */
  segments?: Segment[];
  events?: NewEvent[];
  /** Created unless a record of their type and name exists. */
  create?: NewRecord[];
  /** Requests to other records (a parent cancels its children), merged as by `request`. */
  request?: { id: string; requests: Partial<Requests>; event: NewEvent }[];
  /** Refuses the write when somebody has asked for something since this count. */
  expectPoke?: number;
  /** Gives the claim away with this write. */
  letGo?: boolean;
};

/**
 * `stale`: the claim is no longer ours, for another has claimed or the session has ended. `poked`: `expectPoke` did
 * not hold. Nothing was written in either case.
 */
export type CommitOutcome = { ok: true; record: StoreRecord } | { ok: false; why: 'stale' | 'poked' };

export type Page<T> = { items: T[]; next?: string };

export type RecordQuery = {
  type: RecordType;
  states?: readonly string[];
  kinds?: readonly string[];
  target?: string;
  parent?: string;
  active?: boolean;
  /** Name prefix. */
  prefix?: string;
  newestFirst?: boolean;
  /** At most this many; default 100, at most 1,000. */
  limit?: number;
  /** The `next` of the page before. */
  after?: string;
};

export type StoreInfo = { workspace: string; incarnation: string; schemaVersion: number };

/**
 * The durable truth. Each method is one short transaction: it happens whole or not at all, and its answer may be lost.
 * A method rejects with `unavailable` (retry `same`) when the store is busy or away, `state-version` when a newer
 * program has migrated it. Time is the store's own: it never goes back and is the same for all its hosts.
 */
export interface StateStore extends AsyncDisposable {
  readonly info: StoreInfo;
  nowMs(): Promise<number>;

  /** Admits a host until `lifetimeMs` from now. */
  openSession(host: Host, lifetimeMs: number): Promise<Session>;
  /** Prolongs a living session; `undefined` when it has ended. `host` replaces what it offers. */
  renewSession(id: string, lifetimeMs: number, host?: Host): Promise<Session | undefined>;
  /** Ends it: its claims are free at once. */
  endSession(id: string): Promise<void>;
  /** The living ones. */
  sessions(): Promise<Session[]>;

  /** Claims up to `limit` active records that nobody living owns and whose needs the session offers, oldest first. */
  claim(session: string, limit: number): Promise<StoreRecord[]>;
  /**
   * Claims one record, active or not, whatever it needs, for a write of its own; `undefined` when there is no such
   * record, when a living session (this one included) owns it, or when `session` has ended.
   */
  take(session: string, id: string): Promise<StoreRecord | undefined>;
  /** The session's own records with requests newer than its last write. */
  poked(session: string, limit: number): Promise<StoreRecord[]>;
  /** Gives records away, so that another host may claim them. */
  letGo(claims: readonly Claim[]): Promise<void>;

  /**
   * Creates a record with its first event. A record of the same type and name with the same spec is answered as it is,
   * `created: false`; with another spec the call rejects with `conflict`. `claimFor` gives it to that session at once.
   */
  create(record: NewRecord, event: NewEvent, options?: { claimFor?: string }): Promise<{ record: StoreRecord; created: boolean }>;
  /** Merges requests into a record and pokes its owner. A request that stands already is kept. */
  request(id: string, requests: Partial<Requests>, event?: NewEvent): Promise<StoreRecord | undefined>;
  /** The only write of an owner. */
  commit(claim: Claim, change: Change): Promise<CommitOutcome>;
  /** Removes inactive records with all that hangs on them, and answers the names of the blobs that were theirs. */
  remove(ids: readonly string[]): Promise<{ removed: string[]; blobs: string[] }>;

  record(id: string): Promise<StoreRecord | undefined>;
  named(type: RecordType, name: string): Promise<StoreRecord | undefined>;
  list(query: RecordQuery): Promise<Page<StoreRecord>>;
  attempts(record: string): Promise<Attempt[]>;
  /** The attempts that carry these keys. */
  attemptsByKey(keys: readonly string[]): Promise<Attempt[]>;
  segments(attempt: string): Promise<Segment[]>;
  /** Events of one record from `after` (exclusive) on. */
  events(record: string, options?: { after?: number; limit?: number }): Promise<StoreEvent[]>;
  /** The workspace's feed from position `after` on; never skips what commits later. */
  feed(options?: { after?: number; limit?: number }): Promise<StoreEvent[]>;
  /** Notes that a remote thing was seen, and answers since when it has been, in store time. */
  sight(ids: readonly string[]): Promise<Map<string, number>>;
  /** Inactive records of a type beyond the newest `keep` whose last write is before `beforeMs`. */
  expired(query: { type: RecordType; beforeMs: number; keep: number; limit: number }): Promise<string[]>;
}
