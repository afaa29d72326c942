import type { Attempt, NewEvent, NewRecord, Segment, StoreRecord } from '../record.ts';
import type { Host, Session } from '../session.ts';
import type { Claim, StateStore } from '../state-store.ts';
import { expectEqual, present } from './expectations.ts';

export const offer = 'driver:local/1';
export const lifetimeMs = 30_000;
const at = '2026-01-01T00:00:00.000Z';
const digits = 'abcdefghijklmnopqrstuvwxyz';

/** Makes what checks write, with keys that are different and the same in each run. */
export class Things {
  #keys = 0;

  key(): string {
    this.#keys += 1;
    let left = this.#keys;
    let key = '';
    for (let place = 0; place < 26; place += 1) {
      key = `${digits[left % digits.length] ?? ''}${key}`;
      left = Math.floor(left / digits.length);
    }
    return key;
  }

  host(...offers: string[]): Host {
    return { hostId: 'host-1', role: 'cli', pid: 7, offers };
  }

  job(name: string, fields: Partial<NewRecord> = {}): NewRecord {
    const spec = { command: name };
    return { type: 'job', id: this.key(), name, kind: 'command', state: 'submitted', active: true, needs: [offer], createdAt: at, spec, doc: {}, ...fields };
  }

  event(type = 'noted', data: NewEvent['data'] = {}): NewEvent {
    return { type, data, at };
  }

  attempt(record: string, number: number, fields: Partial<Attempt> = {}): Attempt {
    const counts = { absentCount: 0, failures: 0, createdMs: 5 };
    return { key: this.key(), record, number, target: 'here', targetRevision: 1, phase: 'staging', reasons: [], exits: [], ...counts, ...fields };
  }

  segment(attempt: string, ordinal: number, fields: Partial<Segment> = {}): Segment {
    return { attempt, ordinal, source: 'node-0', stream: 'stdout', local: false, startBytes: 0, lengthBytes: 10, ...fields };
  }

  /** A session that offers what jobs need by default. */
  session(store: StateStore, ...offers: string[]): Promise<Session> {
    return store.openSession(this.host(...(offers.length === 0 ? [offer] : offers)), lifetimeMs);
  }

  async created(store: StateStore, name: string, fields: Partial<NewRecord> = {}): Promise<StoreRecord> {
    const { record } = await store.create(this.job(name, fields), this.event('created'));
    return record;
  }

  /** A record that the session owns from its creation on. */
  async owned(store: StateStore, session: Session, name: string, fields: Partial<NewRecord> = {}): Promise<{ record: StoreRecord; claim: Claim }> {
    const { record } = await store.create(this.job(name, fields), this.event('created'), { claimFor: session.id });
    expectEqual(record.session, session.id, 'the owner of a record created for a session');
    return { record, claim: claimOf(record) };
  }

  /** A record that nobody has anything to do for. */
  async finished(store: StateStore, session: Session, name: string, fields: Partial<NewRecord> = {}): Promise<StoreRecord> {
    const { claim } = await this.owned(store, session, name, fields);
    const outcome = await store.commit(claim, { record: { active: false, state: 'succeeded' } });
    expectEqual(outcome.ok, true, 'the end of a record');
    return present(await store.record(claim.id), 'the finished record');
  }
}

export function claimOf(record: StoreRecord): Claim {
  return { id: record.id, session: present(record.session, 'the owner'), fence: record.fence };
}
