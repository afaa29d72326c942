import { isDestinoError } from '@destino/core/errors';
import { Things } from '@destino/core/store-checks';
import type { Change, Claim, RecordType, StateStore, StoreRecord } from '@destino/core/store';
import fc from 'fast-check';

const names = ['a', 'b', 'ab', 'c'];
const types: readonly RecordType[] = ['job', 'service'];
const offers = [[], ['x'], ['x', 'y']] as const;

const pick = fc.nat({ max: 30 });
const small = fc.nat({ max: 3 });

/** What hosts and users do to a store, in any order. Numbers pick among what there is by then. */
export const operations = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const), offers: fc.constantFrom(...offers), lifetimeMs: fc.integer({ min: 1, max: 500 }) }) },
    fc.record({ do: fc.constant('renew' as const), session: pick, lifetimeMs: fc.integer({ min: 1, max: 500 }) }),
    fc.record({ do: fc.constant('end' as const), session: pick }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.nat({ max: 300 }) }),
    { weight: 2, arbitrary: fc.record({ do: fc.constant('claim' as const), session: pick, limit: small }) },
    fc.record({ do: fc.constant('take' as const), session: pick, record: pick }),
    fc.record({ do: fc.constant('poked' as const), session: pick, limit: small }),
    fc.record({ do: fc.constant('let-go' as const), claim: pick }),
    { weight: 4, arbitrary: creation() },
    fc.record({ do: fc.constant('request' as const), record: pick, cancel: fc.boolean(), revision: small }),
    { weight: 6, arbitrary: commitment() },
    fc.record({ do: fc.constant('remove' as const), records: fc.array(pick, { maxLength: 4 }) }),
    fc.record({ do: fc.constant('list' as const), type: fc.nat({ max: 1 }), limit: small, newestFirst: fc.boolean(), prefix: fc.constantFrom('', 'a', 'ab') }),
    fc.record({ do: fc.constant('expired' as const), ageMs: fc.nat({ max: 500 }), keep: small }),
    fc.record({ do: fc.constant('sight' as const), things: fc.array(small, { maxLength: 3 }) }),
    fc.record({ do: fc.constant('look' as const), record: pick }),
  ),
  { minLength: 5, maxLength: 80, size: 'max' },
);

function creation() {
  return fc.record({
    do: fc.constant('create' as const),
    name: small,
    type: fc.nat({ max: 1 }),
    spec: fc.nat({ max: 1 }),
    needs: fc.constantFrom(...offers),
    parent: fc.option(pick),
    owner: fc.option(pick),
  });
}

function commitment() {
  return fc.record({
    do: fc.constant('commit' as const),
    claim: pick,
    active: fc.boolean(),
    doc: fc.jsonValue({ maxDepth: 1 }),
    attempt: fc.boolean(),
    events: small,
    child: fc.boolean(),
    ask: fc.option(pick),
    expectPoke: fc.option(small),
    letGo: fc.boolean(),
  });
}

export type Operation = (typeof operations extends fc.Arbitrary<infer T> ? T : never)[number];

/** Does operations to one store, and remembers what later ones can pick from. */
export class Player {
  readonly #store: StateStore;
  readonly #pass: (ms: number) => void | Promise<void>;
  readonly #things = new Things();
  readonly #sessions = ['session-none'];
  readonly #records = [this.#things.key()];
  readonly #claims: Claim[] = [{ id: this.#records[0] ?? '', session: 'session-none', fence: 1 }];

  constructor(store: StateStore, pass: (ms: number) => void | Promise<void>) {
    this.#store = store;
    this.#pass = pass;
  }

  /** The store's answer, a rejection as its code. */
  async play(operation: Operation): Promise<unknown> {
    try {
      return await this.#do(operation);
    } catch (error) {
      if (isDestinoError(error)) return { code: error.code };
      throw error;
    }
  }

  async #do(operation: Operation): Promise<unknown> {
    const store = this.#store;
    switch (operation.do) {
      case 'open': {
        const session = await store.openSession(this.#things.host(...operation.offers), operation.lifetimeMs);
        this.#sessions.push(session.id);
        return session;
      }
      case 'renew':
        return store.renewSession(this.#session(operation.session), operation.lifetimeMs);
      case 'end':
        return store.endSession(this.#session(operation.session));
      case 'pass':
        await this.#pass(operation.ms);
        return store.sessions();
      case 'claim':
        return this.#remember(await store.claim(this.#session(operation.session), operation.limit));
      case 'take':
        return this.#remember([await store.take(this.#session(operation.session), this.#record(operation.record))]);
      case 'poked':
        return store.poked(this.#session(operation.session), operation.limit);
      case 'let-go':
        return store.letGo([this.#claim(operation.claim)]);
      case 'create':
        return this.#create(operation);
      case 'request':
        return store.request(this.#record(operation.record), this.#asked(operation), this.#things.event('asked'));
      case 'commit':
        return store.commit(this.#claim(operation.claim), this.#change(operation));
      case 'remove':
        return store.remove(operation.records.map((record) => this.#record(record)));
      case 'list':
        return store.list({ type: types[operation.type] ?? 'job', limit: operation.limit + 1, newestFirst: operation.newestFirst, prefix: operation.prefix });
      case 'expired':
        return store.expired({ type: 'job', beforeMs: (await store.nowMs()) - operation.ageMs, keep: operation.keep, limit: 10 });
      case 'sight':
        return [...(await store.sight(operation.things.map((thing) => `thing-${thing}`)))];
      case 'look': {
        const id = this.#record(operation.record);
        return [await store.record(id), await store.attempts(id), await store.events(id), await store.feed()];
      }
    }
  }

  async #create({ name, type, spec, needs, parent, owner }: Extract<Operation, { do: 'create' }>): Promise<unknown> {
    const fields = { type: types[type] ?? 'job', spec: { spec }, needs: [...needs], ...(parent !== null && { parent: this.#record(parent) }) };
    const job = this.#things.job(names[name] ?? 'a', fields);
    const answer = await this.#store.create(job, this.#things.event('created'), owner === null ? {} : { claimFor: this.#session(owner) });
    this.#remember([answer.record]);
    return answer;
  }

  #asked({ cancel, revision }: Extract<Operation, { do: 'request' }>) {
    if (cancel) return { cancel: { atMs: revision } };
    return { revise: { atMs: 1, revision: revision + 1, spec: { revision } } };
  }

  #change({ active, doc, attempt, events, child, ask, expectPoke, letGo, claim }: Extract<Operation, { do: 'commit' }>): Change {
    const { id } = this.#claim(claim);
    const event = this.#things.event('noted');
    return {
      record: { active, doc: JSON.parse(JSON.stringify(doc)) as StoreRecord['doc'], state: active ? 'running' : 'succeeded' },
      ...(attempt && { attempt: this.#things.attempt(id, 1) }),
      events: Array.from({ length: events }, () => event),
      ...(child && { create: [this.#things.job(names[events] ?? 'a', { parent: id, spec: { spec: 0 } })] }),
      ...(ask !== null && { request: [{ id: this.#record(ask), requests: { cancel: { atMs: 9 } }, event }] }),
      ...(expectPoke !== null && { expectPoke }),
      letGo,
    };
  }

  #remember(records: readonly (StoreRecord | undefined)[]): unknown {
    for (const record of records) {
      if (record === undefined) continue;
      if (!this.#records.includes(record.id)) this.#records.push(record.id);
      if (record.session !== undefined) this.#claims.push({ id: record.id, session: record.session, fence: record.fence });
    }
    return records;
  }

  #session(index: number): string {
    return this.#sessions[index % this.#sessions.length] ?? '';
  }

  #record(index: number): string {
    return this.#records[index % this.#records.length] ?? '';
  }

  /** Mostly a late one, for those are the ones that hold. */
  #claim(index: number): Claim {
    return this.#claims[this.#claims.length - 1 - (index % Math.min(6, this.#claims.length))] ?? { id: '', session: '', fence: 0 };
  }
}

/**
 * What all stores answer alike: each numbers records and places in the feed as it likes, so long as they grow.
 * `others` are further fields that are a store's own.
 */
export function common(answer: unknown, others: readonly string[] = []): unknown {
  if (Array.isArray(answer)) return answer.map((part) => common(part, others));
  if (typeof answer !== 'object' || answer === null) return answer;
  const own = new Set(['seq', 'position', 'next', ...others]);
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !own.has(name)).map(([name, part]) => [name, common(part, others)]));
}
