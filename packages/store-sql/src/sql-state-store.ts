import type {
  Attempt,
  Change,
  Claim,
  CommitOutcome,
  Host,
  NewEvent,
  NewRecord,
  Page,
  RecordQuery,
  RecordType,
  Requests,
  Segment,
  Session,
  StateStore,
  StoreEvent,
  StoreInfo,
  StoreRecord,
} from '@destino/core/store';
import type { Executor } from './executor.ts';
import { claimRecords, letGoRecords, pokedRecords, takeRecord } from './tasks/claim-tasks.ts';
import { commitChange, mergeRequests } from './tasks/commit-task.ts';
import { createRecord, type Created } from './tasks/create-task.ts';
import { listRecords } from './tasks/list-task.ts';
import { noteSightings, readAttempts, readAttemptsByKey, readEvents, readExpired, readFeed, readSegments } from './tasks/read-tasks.ts';
import { namedRecord, readRecord } from './tasks/record-rows.ts';
import { removeRecords } from './tasks/remove-task.ts';
import { endSession, livingSessions, openSession, renewSession } from './tasks/session-tasks.ts';
import { readNow } from './tasks/transaction.ts';

/** The state store in tables: names the task of each method, and leaves running it to the database's executor. */
export class SqlStateStore implements StateStore {
  readonly info: StoreInfo;
  readonly #executor: Executor;

  constructor(info: StoreInfo, executor: Executor) {
    this.info = info;
    this.#executor = executor;
  }

  nowMs(): Promise<number> {
    return this.#executor.read((tx) => readNow(tx));
  }

  openSession(host: Host, lifetimeMs: number): Promise<Session> {
    return this.#executor.write((tx) => openSession(tx, host, lifetimeMs));
  }

  renewSession(id: string, lifetimeMs: number, host?: Host): Promise<Session | undefined> {
    return this.#executor.write((tx) => renewSession(tx, id, lifetimeMs, host));
  }

  endSession(id: string): Promise<void> {
    return this.#executor.write((tx) => endSession(tx, id));
  }

  sessions(): Promise<Session[]> {
    return this.#executor.read((tx) => livingSessions(tx));
  }

  claim(session: string, limit: number): Promise<StoreRecord[]> {
    return this.#executor.write((tx) => claimRecords(tx, session, limit));
  }

  take(session: string, id: string): Promise<StoreRecord | undefined> {
    return this.#executor.write((tx) => takeRecord(tx, session, id), id);
  }

  poked(session: string, limit: number): Promise<StoreRecord[]> {
    return this.#executor.read((tx) => pokedRecords(tx, session, limit));
  }

  letGo(claims: readonly Claim[]): Promise<void> {
    return this.#executor.write((tx) => letGoRecords(tx, claims));
  }

  create(record: NewRecord, event: NewEvent, options: { claimFor?: string } = {}): Promise<Created> {
    return this.#executor.write((tx) => createRecord(tx, record, event, options.claimFor), record.id);
  }

  request(id: string, requests: Partial<Requests>, event?: NewEvent): Promise<StoreRecord | undefined> {
    return this.#executor.write((tx) => mergeRequests(tx, id, requests, event), id);
  }

  commit(claim: Claim, change: Change): Promise<CommitOutcome> {
    return this.#executor.write((tx) => commitChange(tx, claim, change), claim.id);
  }

  remove(ids: readonly string[]): Promise<{ removed: string[]; blobs: string[] }> {
    return this.#executor.write((tx) => removeRecords(tx, ids));
  }

  record(id: string): Promise<StoreRecord | undefined> {
    return this.#executor.read((tx) => readRecord(tx, id));
  }

  named(type: RecordType, name: string): Promise<StoreRecord | undefined> {
    return this.#executor.read((tx) => namedRecord(tx, type, name));
  }

  list(query: RecordQuery): Promise<Page<StoreRecord>> {
    return this.#executor.read((tx) => listRecords(tx, query));
  }

  attempts(record: string): Promise<Attempt[]> {
    return this.#executor.read((tx) => readAttempts(tx, record));
  }

  attemptsByKey(keys: readonly string[]): Promise<Attempt[]> {
    return this.#executor.read((tx) => readAttemptsByKey(tx, keys));
  }

  segments(attempt: string): Promise<Segment[]> {
    return this.#executor.read((tx) => readSegments(tx, attempt));
  }

  events(record: string, options: { after?: number; limit?: number } = {}): Promise<StoreEvent[]> {
    return this.#executor.read((tx) => readEvents(tx, record, options));
  }

  feed(options: { after?: number; limit?: number } = {}): Promise<StoreEvent[]> {
    return this.#executor.read((tx) => readFeed(tx, options));
  }

  sight(ids: readonly string[]): Promise<Map<string, number>> {
    return this.#executor.write((tx) => noteSightings(tx, ids));
  }

  expired(query: { type: RecordType; beforeMs: number; keep: number; limit: number }): Promise<string[]> {
    return this.#executor.read((tx) => readExpired(tx, query));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#executor.close();
  }
}
