import { Things } from '@destino/core/store-checks';
import { openPostgresStore } from '../index.ts';
import { describe, expect, it } from 'vitest';
import { PostgresLab, postgresUrl } from './postgres-lab.ts';

const things = new Things();

/** A transaction of another program that has written an event of the store and is still open. */
async function openTransaction(lab: PostgresLab, record: string, number: number) {
  const client = await lab.connect();
  await client.query('begin');
  const position = `(pg_current_xact_id()::text::bigint - (select transaction_base from ${lab.schema}.meta)) * 16384`;
  await client.query(`insert into ${lab.schema}.events values (${position}, '${record}', ${number}, 'now', 'slow', '{}')`);
  let open = true;
  const end = async (how: 'commit' | 'rollback') => {
    if (!open) return;
    open = false;
    await client.query(how);
    client.release();
  };
  return { end, [Symbol.asyncDispose]: () => end('rollback') };
}

describe('the feed on PostgreSQL', () => {
  it.each(['commit', 'rollback'] as const)('tells nothing that a transaction which is still open might come before, until its %s', async (how) => {
    await using lab = new PostgresLab();
    await using store = await lab.open();
    const { id } = await things.created(store, 'one');
    const [before] = await store.feed();
    await using slow = await openTransaction(lab, id, 500);
    await store.request(id, {}, things.event('fast'));
    expect((await store.events(id)).map(({ type }) => type)).toEqual(['created', 'fast']);
    expect(await store.feed({ after: before?.position ?? 0 })).toEqual([]);
    await slow.end(how);
    const told = await store.feed({ after: before?.position ?? 0 });
    expect(told.map(({ type }) => type)).toEqual(how === 'commit' ? ['slow', 'fast'] : ['fast']);
    expect(told.map(({ position }) => position)).toEqual(told.map(({ position }) => position).sort((a, b) => a - b));
  });

  it('tells every event once, in growing positions, to a reader that follows four writers', async () => {
    await using lab = new PostgresLab();
    await using one = await lab.open();
    await using two = await lab.open();
    const session = await things.session(one);
    const owned = await Promise.all([0, 1, 2, 3].map((number) => things.owned(one, session, `job-${number}`)));
    const claims = owned.map(({ claim }) => claim);
    const none = { id: '', session: '', fence: 0 };
    let writing = 4;
    const write = async (place: number) => {
      for (let round = 0; round < 60; round += 1) await (place % 2 === 0 ? one : two).commit(claims[place] ?? none, { events: [things.event(), things.event()] });
      writing -= 1;
    };
    const seen: { record: string; number: number; position: number }[] = [];
    const follow = async () => {
      for (let last = false; ; last = writing === 0) {
        const news = await two.feed({ after: seen.at(-1)?.position ?? 0, limit: 17 });
        seen.push(...news);
        if (last && news.length === 0) return;
      }
    };
    await Promise.all([follow(), ...[0, 1, 2, 3].map(write)]);
    for (const { record } of owned) {
      expect(seen.filter((event) => event.record === record.id).map(({ number }) => number)).toEqual(Array.from({ length: 121 }, (_, index) => index + 1));
    }
    expect(seen.every(({ position }, index) => index === 0 || position > (seen[index - 1]?.position ?? 0))).toBe(true);
  });

  it('goes on growing when the tables have come from a server with higher transaction numbers', async () => {
    await using lab = new PostgresLab();
    const old = await lab.open();
    await things.created(old, 'one');
    await old[Symbol.asyncDispose]();
    await lab.query(`update ${lab.schema}.events set position = position + 16384 * 1000000::bigint`);
    await using moved = await lab.open();
    await things.created(moved, 'two');
    const feed = await moved.feed();
    expect(feed.map(({ number }) => number)).toEqual([1, 1]);
    expect(feed[1]?.position).toBeGreaterThan(feed[0]?.position ?? 0);
  });
});

describe('the PostgreSQL store', () => {
  it('is made once when many processes open it for the first time at once', async () => {
    await using lab = new PostgresLab();
    const stores = await Promise.all(Array.from({ length: 6 }, () => lab.open()));
    expect(new Set(stores.map(({ info }) => info.incarnation)).size).toBe(1);
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  });

  it('refuses another workspace, and a schema that a newer program has migrated', async () => {
    await using lab = new PostgresLab();
    await using store = await lab.open();
    await expect(lab.open('other')).rejects.toMatchObject({ code: 'conflict' });
    await lab.query(`update ${lab.schema}.meta set schema_version = 99`);
    await expect(lab.open()).rejects.toMatchObject({ code: 'state-version' });
    await expect(things.created(store, 'one')).rejects.toMatchObject({ code: 'state-version' });
  });

  it('lets many hosts claim at once without giving a record to two', async () => {
    await using lab = new PostgresLab();
    const stores = await Promise.all([0, 1, 2, 3].map(() => lab.open()));
    const [first] = stores;
    if (first === undefined) throw new Error('no store');
    await Promise.all(Array.from({ length: 200 }, (_, number) => things.created(first, `job-${number}`)));
    const claims = await Promise.all(
      stores.flatMap((store) => [0, 1].map(async () => store.claim((await things.session(store)).id, 40))),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([200, 200]);
    expect(claims.flat().every(({ fence }) => fence === 1)).toBe(true);
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  });

  it('reads a record that it is about to write only once no other transaction is writing it', async () => {
    await using lab = new PostgresLab();
    await using store = await lab.open();
    const { id } = await things.created(store, 'one');
    const client = await lab.connect();
    await client.query(`begin; update ${lab.schema}.records set poke = poke + 1 where id = '${id}'`);
    const asking = store.request(id, {}, things.event());
    const waiting = `select 1 from pg_stat_activity where query like '%"${lab.schema}"."records"%' and wait_event_type = 'Lock'`;
    while ((await lab.query(waiting)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await client.query('commit');
    client.release();
    expect((await asking)?.poke).toBe(2);
  });

  it('survives commits that lock the same records in opposite orders', async () => {
    await using lab = new PostgresLab();
    await using one = await lab.open();
    await using two = await lab.open();
    const session = await things.session(one);
    const [left, right] = [await things.owned(one, session, 'left'), await things.owned(one, session, 'right')];
    const ask = (id: string) => [{ id, requests: {}, event: things.event('asked') }];
    const rounds = Array.from({ length: 15 }, () => [one.commit(left.claim, { request: ask(right.record.id) }), two.commit(right.claim, { request: ask(left.record.id) })]);
    const outcomes = await Promise.all(rounds.flat());
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect([(await one.record(left.record.id))?.poke, (await one.record(right.record.id))?.poke]).toEqual([15, 15]);
  });

  it('says that it is away when its connections are cut, and works again at the next call', async () => {
    await using lab = new PostgresLab();
    await using store = await lab.open();
    const blocker = await lab.connect();
    await blocker.query(`begin; lock table ${lab.schema}.meta`);
    const cut = things.created(store, 'cut').catch((error: unknown) => error);
    const own = `application_name = 'destino' and query like '%"${lab.schema}".%'`;
    while ((await lab.query(`select 1 from pg_stat_activity where ${own} and wait_event_type = 'Lock'`)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await lab.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${own} and pid <> pg_backend_pid()`);
    expect(await cut).toMatchObject({ code: 'unavailable', retry: 'same' });
    await blocker.query('rollback');
    blocker.release();
    expect((await things.created(store, 'again')).name).toBe('again');
  });

  it('says what is wrong with a server that is not there, a user that may not sign in and a database that is missing', async () => {
    const url = new URL(postgresUrl());
    const at = (change: (url: URL) => void) => {
      const other = new URL(url);
      change(other);
      return openPostgresStore({ url: other.href, workspace: 'w' });
    };
    await expect(at((other) => (other.port = '1'))).rejects.toMatchObject({ code: 'unavailable', retry: 'same' });
    await expect(at((other) => (other.username = 'stranger'))).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(at((other) => (other.pathname = '/missing'))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('goes on from the latest time that was seen when the clock of its server has gone back', async () => {
    await using lab = new PostgresLab();
    await using store = await lab.open();
    await lab.pass(3_600_000);
    const session = await things.session(store);
    await lab.query(`update ${lab.schema}.meta set base_ms = base_ms - 7200000`);
    await using other = await lab.open();
    expect(await other.nowMs()).toBeGreaterThanOrEqual(session.openedMs);
    await other.renewSession(session.id, 30_000);
    const base = await lab.query(`select base_ms from ${lab.schema}.meta`);
    expect(Number(base[0]?.['base_ms'])).toBeGreaterThan(3_000_000);
  });

  it('refuses a commit with more events than a transaction can number, whole', async () => {
    await using lab = new PostgresLab();
    await using store = await lab.open();
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    const events = Array.from({ length: 16_385 }, () => things.event());
    await expect(store.commit(claim, { events })).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('16384 events') as string });
    expect(await store.record(record.id)).toEqual(record);
  });
});
