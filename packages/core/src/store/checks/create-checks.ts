import { freshRecord } from '../transition.ts';
import { check, type StateStoreCheck } from './check.ts';
import { expectCode, expectEqual, expectTrue, present } from './expectations.ts';
import { lifetimeMs, offer } from './things.ts';

export const createChecks: readonly StateStoreCheck[] = [
  check('create.fresh', 'a created record is what its creator gave, with counts at their beginning and one event', async ({ store, other, things }) => {
    const given = things.job('one', { parent: things.key(), target: 'here', createdBy: 'me', doc: { text: 'ä\u0000"\n', deep: [{ n: 1.5 }, null, true] } });
    const { record, created } = await store.create(given, things.event('created', { by: 'me' }));
    expectEqual(created, true, 'created');
    expectEqual(record, { ...freshRecord(given, { nowMs: record.updatedMs, seq: record.seq }), events: 1 }, 'the record');
    expectEqual(await other.record(given.id), record, 'the record as another host reads it');
    expectEqual(await other.named('job', 'one'), record, 'the record by name');
    const [event] = await other.events(given.id);
    expectEqual(event, { record: given.id, number: 1, position: event?.position, ...things.event('created', { by: 'me' }) }, 'its event');
  }),
  check('create.absent-fields', 'fields that were not given are absent, not null', async ({ store, things }) => {
    const record = await things.created(store, 'one');
    const names = Object.keys(present(await store.record(record.id), 'the record'));
    for (const name of ['parent', 'target', 'createdBy', 'session']) expectTrue(!names.includes(name), `${name} is absent`);
  }),
  check('create.seq', 'records are numbered in the order of creation', async ({ store, other, things }) => {
    const [one, two, three] = [await things.created(store, 'one'), await things.created(other, 'two'), await things.created(store, 'three')];
    expectTrue(one.seq < two.seq && two.seq < three.seq, `${one.seq} < ${two.seq} < ${three.seq}`);
  }),
  check('create.again', 'creating the same again answers the record as it is now and adds nothing', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one', { spec: { a: 1, b: { c: 2, d: 3 } } });
    await store.commit(claim, { record: { state: 'running' } });
    const again = await other.create(things.job('one', { spec: { b: { d: 3, c: 2 }, a: 1 } }), things.event('created'));
    expectEqual([again.created, again.record.id, again.record.state], [false, record.id, 'running'], 'the answer');
    expectEqual((await other.events(record.id)).length, 1, 'events');
  }),
  check('create.conflict', 'creating another content under a taken name is a conflict that changes nothing', async ({ store, other, things }) => {
    const record = await things.created(store, 'one');
    await expectCode('conflict', () => other.create(things.job('one', { spec: { command: 'else' } }), things.event()));
    expectEqual([await store.record(record.id), (await store.events(record.id)).length], [record, 1], 'what is stored');
  }),
  check('create.types-apart', 'names are unique within a type, not across types', async ({ store, things }) => {
    const job = await things.created(store, 'same');
    const service = await things.created(store, 'same', { type: 'service' });
    expectEqual([(await store.named('job', 'same'))?.id, (await store.named('service', 'same'))?.id], [job.id, service.id], 'by name');
    expectEqual(await store.named('target', 'same'), undefined, 'another type');
  }),
  check('create.race', 'of many who create the same name at once exactly one does', async ({ store, other, things }) => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, number) => (number % 2 === 0 ? store : other).create(things.job('one'), things.event('created'))));
    expectEqual(answers.filter(({ created }) => created).length, 1, 'how many have created');
    expectEqual(new Set(answers.map(({ record }) => record.id)).size, 1, 'how many records there are');
  }),
  check('create.conflict-alone', 'a conflict fails its own caller only, also among calls made at once', async ({ store, things }) => {
    await things.created(store, 'taken');
    const calls = ['a', 'taken', 'b'].map((name) => store.create(things.job(name, { spec: { new: true } }), things.event('created')));
    const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);
    expectEqual(outcomes, ['fulfilled', 'rejected', 'fulfilled'], 'outcomes');
    expectTrue((await store.named('job', 'a')) !== undefined && (await store.named('job', 'b')) !== undefined, 'the others are stored');
  }),
  check('create.claim-for', 'a record can be created for a living session that can serve it', async ({ store, things }) => {
    const session = await things.session(store);
    const { record } = await store.create(things.job('one'), things.event('created'), { claimFor: session.id });
    expectEqual([record.session, record.fence], [session.id, 1], 'owner and fence');
    expectEqual((await store.commit({ id: record.id, session: session.id, fence: 1 }, {})).ok, true, "the owner's write");
  }),
  check('create.claim-for-nobody', 'a session that has ended, or cannot serve it, is not given a created record', async ({ store, things, pass }) => {
    const dead = await things.session(store);
    await pass(lifetimeMs);
    const poor = await things.session(store, 'driver:other/1');
    for (const [name, claimFor] of Object.entries({ one: dead.id, two: poor.id, three: 'session-unknown' })) {
      const { record } = await store.create(things.job(name, { needs: [offer] }), things.event('created'), { claimFor });
      expectEqual([record.session, record.fence], [undefined, 0], `owner and fence of ${name}`);
    }
  }),
];
