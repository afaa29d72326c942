import { changed } from '../transition.ts';
import { check, type StateStoreCheck } from './check.ts';
import { expectEqual, expectTrue, present } from './expectations.ts';
import { claimOf, lifetimeMs, offer } from './things.ts';

export const commitChecks: readonly StateStoreCheck[] = [
  check('commit.fields', 'a commit writes the fields that it names and leaves the others', async ({ store, other, things, pass }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one', { doc: { old: 1 }, target: 'here' });
    await pass(50);
    const change = { record: { state: 'running', target: 'there', needs: [], doc: { fresh: [true] } } };
    const outcome = await store.commit(claim, change);
    const after = present(await other.record(record.id), 'the record');
    expectEqual(outcome, { ok: true, record: after }, 'the outcome');
    expectEqual(after, changed(record, change, after.updatedMs), 'the record');
    expectTrue(after.updatedMs >= record.updatedMs + 50, 'the time of the write');
  }),
  check('commit.empty', 'an empty commit counts as a write and changes nothing else', async ({ store, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    await store.commit(claim, {});
    const after = present(await store.record(record.id), 'the record');
    expectEqual(after, { ...record, version: record.version + 1, updatedMs: after.updatedMs }, 'the record');
  }),
  check('commit.whole', 'record, attempt, segments, events and children of one commit appear together', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    const attempt = things.attempt(record.id, 1);
    const child = things.job('one/1', { parent: record.id });
    await store.commit(claim, { record: { state: 'running' }, attempt, segments: [things.segment(attempt.key, 0)], events: [things.event('a'), things.event('b')], create: [child] });
    expectEqual(await other.attempts(record.id), [attempt], 'attempts');
    expectEqual(await other.segments(attempt.key), [things.segment(attempt.key, 0)], 'segments');
    expectEqual((await other.events(record.id)).map(({ number, type }) => [number, type]), [[1, 'created'], [2, 'a'], [3, 'b']], 'events');
    expectEqual((await other.record(record.id))?.events, 3, 'the count of events');
    expectEqual((await other.list({ type: 'job', parent: record.id })).items.map(({ id }) => id), [child.id], 'children');
  }),
  check('commit.stale-fence', 'a write with a smaller fence is refused as stale, and writes nothing', async ({ store, other, things, pass }) => {
    const old = await things.session(store);
    const { record, claim } = await things.owned(store, old, 'one');
    await pass(lifetimeMs);
    const heir = await things.session(other);
    const [taken] = await other.claim(heir.id, 1);
    const attempt = things.attempt(record.id, 1);
    const late = { record: { state: 'failed' }, attempt, segments: [things.segment(attempt.key, 0)], events: [things.event()], create: [things.job('child')] };
    expectEqual(await store.commit(claim, late), { ok: false, why: 'stale' }, 'the late write');
    expectEqual(await store.commit({ ...claim, session: heir.id }, late), { ok: false, why: 'stale' }, 'with an old fence');
    expectEqual([await store.record(record.id), await store.attempts(record.id), await store.segments(attempt.key)], [taken, [], []], 'what is stored');
    expectEqual([(await store.events(record.id)).length, await store.named('job', 'child')], [1, undefined], 'events and children');
  }),
  check('commit.ended-session', 'a write of a session that has ended is stale, although nobody else has claimed', async ({ store, things, pass }) => {
    const expired = await things.session(store);
    const one = await things.owned(store, expired, 'one');
    await pass(lifetimeMs);
    expectEqual(await store.commit(one.claim, { events: [things.event()] }), { ok: false, why: 'stale' }, 'after the lifetime');
    const ended = await things.session(store);
    const two = await things.owned(store, ended, 'two');
    await store.endSession(ended.id);
    expectEqual(await store.commit(two.claim, {}), { ok: false, why: 'stale' }, 'after its end');
  }),
  check('commit.unknown', 'a write to a record that is not there, or is not owned, is stale', async ({ store, things }) => {
    const session = await things.session(store);
    const record = await things.created(store, 'free');
    const claims = [{ id: things.key(), session: session.id, fence: 0 }, { id: record.id, session: session.id, fence: record.fence }];
    for (const claim of claims) expectEqual(await store.commit(claim, {}), { ok: false, why: 'stale' }, 'the outcome');
  }),
  check('commit.let-go', 'a commit can give the claim away with its write', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    await store.commit(claim, { record: { state: 'queued' }, letGo: true });
    const free = await store.record(record.id);
    expectEqual([free?.session, free?.state], [undefined, 'queued'], 'the record');
    expectEqual(await store.commit(claim, {}), { ok: false, why: 'stale' }, 'the next write');
    const heir = await things.session(other);
    expectEqual((await other.claim(heir.id, 1)).length, 1, 'claimed by another');
  }),
  check('commit.inactive', 'a record that becomes inactive has no owner any more', async ({ store, things }) => {
    const session = await things.session(store);
    const done = await things.finished(store, session, 'one');
    expectEqual([done.session, done.active], [undefined, false], 'the record');
  }),
  check('commit.expect-poke', 'a write that expects no newer request is refused as poked when there is one', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    await other.request(record.id, { cancel: { atMs: 1 } }, things.event('cancel-requested'));
    const before = await store.record(record.id);
    expectEqual(await store.commit(claim, { record: { state: 'x' }, expectPoke: 0 }), { ok: false, why: 'poked' }, 'the outcome');
    expectEqual(await store.record(record.id), before, 'the record');
    const outcome = await store.commit(claim, { expectPoke: 1 });
    expectEqual(outcome.ok && outcome.record.pokeSeen, 1, 'requests seen after the next write');
  }),
  check('commit.children-once', 'children are created unless a record of their type and name exists', async ({ store, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'sweep');
    const existing = await things.created(store, 'sweep/1', { doc: { kept: true } });
    const children = [1, 2, 2].map((number) => things.job(`sweep/${number}`, { parent: record.id, doc: { number } }));
    await store.commit(claim, { create: children });
    expectEqual(await store.named('job', 'sweep/1'), existing, 'the one that was there');
    const made = present(await store.named('job', 'sweep/2'), 'the new one');
    expectEqual([made.id, made.events, made.fence], [children[1]?.id, 1, 0], 'the new child');
    const events = await store.events(made.id);
    expectEqual(events.map(({ type, at }) => [type, at]), [['created', made.createdAt]], "the child's events");
  }),
  check('commit.requests', 'a commit can ask something of other records, as a request does', async ({ store, other, things }) => {
    const session = await things.session(store);
    const parent = await things.owned(store, session, 'parent');
    const child = await things.owned(store, session, 'child', { parent: parent.record.id });
    const request = { id: child.record.id, requests: { cancel: { atMs: 3 } }, event: things.event('cancel-requested') };
    await store.commit(parent.claim, { request: [request, { ...request, id: things.key() }] });
    const asked = await other.record(child.record.id);
    expectEqual([asked?.requests, asked?.poke, asked?.events], [{ cancel: { atMs: 3 } }, 1, 2], 'the child');
    expectEqual((await other.poked(session.id, 10)).map(({ name }) => name), ['child'], 'poked records');
  }),
  check('commit.parent-poked', "a parent's owner hears of the end of a child, once", async ({ store, things }) => {
    const session = await things.session(store);
    const parent = await things.owned(store, session, 'parent');
    const child = await things.owned(store, session, 'child', { parent: parent.record.id });
    await store.commit(child.claim, { record: { state: 'running' } });
    expectEqual((await store.record(parent.record.id))?.poke, 0, 'pokes while the child runs');
    await store.commit(child.claim, { record: { state: 'succeeded', active: false } });
    const poked = present(await store.record(parent.record.id), 'the parent');
    expectEqual(poked, { ...parent.record, poke: 1, version: parent.record.version + 1 }, 'the parent');
    expectEqual((await store.poked(session.id, 10)).map(({ name }) => name), ['parent'], 'poked records');
  }),
  check('commit.needs', 'a record whose needs were changed is claimed by who has them now', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { claim } = await things.owned(store, session, 'one');
    await store.commit(claim, { record: { needs: ['driver:other/1'] }, letGo: true });
    expectEqual(await store.claim(session.id, 10), [], 'the old host');
    const fit = await things.session(other, offer, 'driver:other/1');
    expectEqual((await other.claim(fit.id, 10)).map(({ needs }) => needs), [['driver:other/1']], 'the new host');
  }),
  check('commit.at-once', 'commits that are asked for at once are each judged and answered by themselves', async ({ store, things }) => {
    const session = await things.session(store);
    const owned = await Promise.all(Array.from({ length: 12 }, (_, number) => things.owned(store, session, `job-${number}`)));
    const claims = owned.map(({ claim }, number) => (number % 3 === 0 ? { ...claim, fence: claim.fence + 7 } : claim));
    const outcomes = await Promise.all(claims.map((claim, number) => store.commit(claim, { record: { state: `state-${number}` }, events: [things.event()] })));
    expectEqual(outcomes.map(({ ok }) => ok), claims.map((_, number) => number % 3 !== 0), 'outcomes');
    for (const [number, { record }] of owned.entries()) {
      const after = await store.record(record.id);
      expectEqual([after?.state, after?.events], number % 3 === 0 ? ['submitted', 1] : [`state-${number}`, 2], `job-${number}`);
    }
  }),
  check('commit.same-record', 'commits to one record at once all count, and its events have no holes', async ({ store, things }) => {
    const session = await things.session(store);
    const { record } = await things.owned(store, session, 'one');
    await Promise.all(Array.from({ length: 15 }, () => store.commit(claimOf(record), { events: [things.event()] })));
    expectEqual((await store.record(record.id))?.version, record.version + 15, 'writes');
    expectEqual((await store.events(record.id)).map(({ number }) => number), Array.from({ length: 16 }, (_, index) => index + 1), 'numbers');
  }),
];
