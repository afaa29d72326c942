import { claimed, freed } from '../transition.ts';
import { check, type StateStoreCheck } from './check.ts';
import { expectEqual, expectTrue, present } from './expectations.ts';
import { claimOf, lifetimeMs, offer } from './things.ts';

export const claimChecks: readonly StateStoreCheck[] = [
  check('claim.oldest-first', 'claim takes active records that nobody owns, oldest first, up to its limit', async ({ store, other, things }) => {
    for (const name of ['c', 'a', 'b']) await things.created(store, name);
    const session = await things.session(other);
    expectEqual((await other.claim(session.id, 2)).map(({ name }) => name), ['c', 'a'], 'the first claim');
    expectEqual((await other.claim(session.id, 2)).map(({ name }) => name), ['b'], 'the second claim');
    expectEqual(await other.claim(session.id, 2), [], 'the third claim');
  }),
  check('claim.rule', 'a claim writes session, fence, version and time, and nothing else', async ({ store, things, pass }) => {
    const before = await things.created(store, 'one', { target: 'here', createdBy: 'me', doc: { a: [1, null] } });
    await pass(100);
    const session = await things.session(store);
    const [after] = await store.claim(session.id, 1);
    expectEqual(after, claimed(before, session.id, present(after, 'the claimed record').updatedMs), 'the claimed record');
    expectTrue((after?.updatedMs ?? 0) >= before.updatedMs + 100, 'the time of the claim');
    expectEqual(await store.record(before.id), after, 'the stored record');
  }),
  check('claim.needs', 'claim leaves what needs something that the session does not offer', async ({ store, things }) => {
    await things.created(store, 'plain', { needs: [] });
    await things.created(store, 'both', { needs: [offer, 'secret:x'] });
    await things.created(store, 'one', { needs: [offer] });
    const poor = await things.session(store);
    expectEqual((await store.claim(poor.id, 10)).map(({ name }) => name), ['plain', 'one'], 'what the poor session gets');
    const rich = await things.session(store, offer, 'secret:x', 'secret:y');
    expectEqual((await store.claim(rich.id, 10)).map(({ name }) => name), ['both'], 'what the rich session gets');
  }),
  check('claim.limit-after-needs', 'records that cannot be served do not use up the limit of a claim', async ({ store, things }) => {
    for (const name of ['a', 'b', 'c']) await things.created(store, name, { needs: ['driver:other/1'] });
    await things.created(store, 'mine');
    const session = await things.session(store);
    expectEqual((await store.claim(session.id, 1)).map(({ name }) => name), ['mine'], 'the claim');
  }),
  check('claim.inactive', 'claim leaves inactive records', async ({ store, things }) => {
    const session = await things.session(store);
    await things.finished(store, session, 'done');
    await things.created(store, 'born-inactive', { active: false });
    expectEqual(await store.claim(session.id, 10), [], 'the claim');
  }),
  check('claim.living-owner', 'a record with a living owner is not claimed, also not by its owner', async ({ store, other, things }) => {
    const [mine, theirs] = [await things.session(store), await things.session(other)];
    const { record } = await things.owned(store, mine, 'one');
    expectEqual([await other.claim(theirs.id, 10), await store.claim(mine.id, 10)], [[], []], 'the claims');
    expectEqual(await other.record(record.id), record, 'the record');
  }),
  check('claim.after-expiry', 'what an expired session owned is claimed anew, with a greater fence', async ({ store, other, things, pass }) => {
    const dead = await things.session(store);
    const { record } = await things.owned(store, dead, 'one');
    await pass(lifetimeMs);
    const heir = await things.session(other);
    const [taken] = await other.claim(heir.id, 10);
    expectEqual([taken?.session, taken?.fence], [heir.id, record.fence + 1], 'owner and fence');
  }),
  check('claim.after-end', 'what an ended session owned is free at once', async ({ store, other, things }) => {
    const gone = await things.session(store);
    await things.owned(store, gone, 'one');
    await store.endSession(gone.id);
    const heir = await things.session(other);
    expectEqual((await other.claim(heir.id, 10)).length, 1, 'claimed records');
  }),
  check('claim.dead-session', 'a session that has ended, or never was, claims nothing', async ({ store, things, pass }) => {
    await things.created(store, 'one');
    const session = await things.session(store);
    await pass(lifetimeMs);
    expectEqual([await store.claim(session.id, 10), await store.claim('session-unknown', 10)], [[], []], 'the claims');
  }),
  check('claim.concurrent', 'two sessions that claim at once share the records without any in common', async ({ store, other, things }) => {
    for (let number = 0; number < 20; number += 1) await things.created(store, `job-${number}`);
    const [one, two] = [await things.session(store), await things.session(other)];
    const claims = await Promise.all([store.claim(one.id, 8), other.claim(two.id, 8), store.claim(one.id, 8), other.claim(two.id, 8)]);
    const ids = claims.flat().map(({ id }) => id);
    expectEqual([ids.length, new Set(ids).size], [20, 20], 'claimed records');
    for (const record of claims.flat()) expectEqual(record.fence, 1, 'each was claimed once');
  }),
  check('take.any', 'one record is taken whatever it needs, active or not, as a claim takes it', async ({ store, other, things }) => {
    const session = await things.session(store);
    const strange = await things.created(other, 'strange', { needs: ['driver:other/1'] });
    const done = await things.finished(store, session, 'done');
    for (const before of [strange, done]) {
      const taken = await store.take(session.id, before.id);
      expectEqual(taken, claimed(before, session.id, present(taken, 'the taken record').updatedMs), 'the taken record');
      expectEqual(await other.record(before.id), taken, 'the stored record');
      expectEqual((await store.commit(claimOf(present(taken, 'the record')), { record: { doc: { written: true } }, letGo: true })).ok, true, 'the write');
    }
  }),
  check('take.owned', 'a record with a living owner is not taken, also not by its owner', async ({ store, other, things, pass }) => {
    const [mine, theirs] = [await things.session(store), await things.session(other)];
    const { record } = await things.owned(store, mine, 'one');
    expectEqual([await other.take(theirs.id, record.id), await store.take(mine.id, record.id)], [undefined, undefined], 'the answers');
    expectEqual(await store.record(record.id), record, 'the record');
    await pass(lifetimeMs);
    const heir = await things.session(other);
    expectEqual([await store.take(mine.id, record.id), await other.take(heir.id, things.key())], [undefined, undefined], 'a dead session, an unknown record');
    expectEqual((await other.take(heir.id, record.id))?.fence, record.fence + 1, 'the fence after the owner has ended');
  }),
  check('let-go.frees', 'letting go frees a record for others and keeps its fence', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    await store.letGo([claim]);
    const free = present(await store.record(record.id), 'the record');
    expectEqual(free, freed(record, free.updatedMs), 'the freed record');
    const heir = await things.session(other);
    expectEqual((await other.claim(heir.id, 1)).map(({ fence }) => fence), [record.fence + 1], 'the next claim');
  }),
  check('let-go.stale', 'letting go with a stale claim leaves the new owner alone', async ({ store, other, things, pass }) => {
    const dead = await things.session(store);
    const { record, claim } = await things.owned(store, dead, 'one');
    await pass(lifetimeMs);
    const heir = await things.session(other);
    const [taken] = await other.claim(heir.id, 1);
    await store.letGo([claim, { ...claim, session: heir.id }, { ...claim, id: things.key() }]);
    expectEqual(await other.record(record.id), taken, 'the record');
  }),
  check('poked.own', "poked answers the session's own records that were asked for something since its last write", async ({ store, other, things }) => {
    const session = await things.session(store);
    const [one, two] = [await things.owned(store, session, 'one'), await things.owned(store, session, 'two')];
    const stranger = await things.created(store, 'stranger', { needs: ['driver:other/1'] });
    for (const id of [two.record.id, one.record.id, stranger.id]) await other.request(id, { cancel: { atMs: 1 } }, things.event());
    expectEqual((await store.poked(session.id, 10)).map(({ name }) => name), ['one', 'two'], 'poked records');
    expectEqual((await store.poked(session.id, 1)).map(({ name }) => name), ['one'], 'with a limit');
    await store.commit(one.claim, {});
    expectEqual((await store.poked(session.id, 10)).map(({ name }) => name), ['two'], 'after a write');
  }),
  check('poked.claim', 'a request made while nobody owned the record is still new to who claims it', async ({ store, things }) => {
    const record = await things.created(store, 'one');
    await store.request(record.id, { cancel: { atMs: 1 } }, things.event());
    const session = await things.session(store);
    const [taken] = await store.claim(session.id, 1);
    expectEqual([taken?.poke, taken?.pokeSeen], [1, 0], 'the counts');
    expectEqual((await store.poked(session.id, 10)).map(claimOf), [claimOf(present(taken, 'the claim'))], 'poked records');
  }),
];
