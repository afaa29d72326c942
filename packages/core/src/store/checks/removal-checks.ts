import { check, type StateStoreCheck } from './check.ts';
import { expectEqual, expectTrue, present } from './expectations.ts';

export const removalChecks: readonly StateStoreCheck[] = [
  check('remove.whole', 'removing a record removes its attempts, segments and events, and answers the blobs that were its own', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    const [first, second] = [things.attempt(record.id, 1), things.attempt(record.id, 2)];
    const own = [things.segment(first.key, 0, { blob: 'log/a' }), things.segment(first.key, 1, { gap: { reason: 'rotated' } })];
    const local = things.segment(second.key, 1, { blob: '/var/log/x', local: true });
    await store.commit(claim, { attempt: first, segments: own });
    await store.commit(claim, { attempt: second, segments: [things.segment(second.key, 0, { blob: 'log/b' }), local], record: { active: false } });
    expectEqual(await other.remove([record.id]), { removed: [record.id], blobs: ['log/a', 'log/b'] }, 'the answer');
    expectEqual([await store.record(record.id), await store.named('job', 'one'), await store.attempts(record.id)], [undefined, undefined, []], 'record and attempts');
    expectEqual([await store.segments(first.key), await store.attemptsByKey([second.key]), await store.events(record.id), await store.feed()], [[], [], [], []], 'the rest');
  }),
  check('remove.active', 'active and unknown records are not removed, and the rest is', async ({ store, things }) => {
    const session = await things.session(store);
    const active = await things.owned(store, session, 'active');
    const done = await things.finished(store, session, 'done');
    expectEqual(await store.remove([active.record.id, things.key(), done.id, done.id]), { removed: [done.id], blobs: [] }, 'the answer');
    expectEqual([await store.record(active.record.id), await store.remove([])], [active.record, { removed: [], blobs: [] }], 'what stays');
  }),
  check('remove.neighbours', 'what hangs on other records stays', async ({ store, things }) => {
    const session = await things.session(store);
    const gone = await things.finished(store, session, 'gone');
    const kept = await things.owned(store, session, 'kept');
    const attempt = things.attempt(kept.record.id, 1);
    await store.commit(kept.claim, { attempt, segments: [things.segment(attempt.key, 0, { blob: 'log/k' })] });
    await store.remove([gone.id]);
    expectEqual([(await store.attempts(kept.record.id)).length, (await store.segments(attempt.key)).length, (await store.events(kept.record.id)).length], [1, 1, 1], 'what stays');
  }),
  check('remove.name-free', 'the name of a removed record can be used again, and its numbers are not', async ({ store, things }) => {
    const session = await things.session(store);
    const old = await things.finished(store, session, 'one');
    const position = (await store.feed()).at(-1)?.position ?? 0;
    await store.remove([old.id]);
    const fresh = await things.created(store, 'one', { spec: { other: true } });
    expectTrue(fresh.seq > old.seq && fresh.id !== old.id, 'it is another record, created later');
    expectTrue(present((await store.feed()).at(-1), 'its event').position > position, 'its event comes later in the feed');
  }),
  check('expired.beyond-keep', 'expired answers inactive records of a type that are old and beyond the newest so many', async ({ store, things, pass }) => {
    const session = await things.session(store);
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push((await things.finished(store, session, name)).id);
    await things.finished(store, session, 'service', { type: 'service' });
    await things.created(store, 'active');
    await pass(1000);
    const [a, b, c, d] = ids;
    const expired = (keep: number, limit: number, beforeMs: number) => store.expired({ type: 'job', beforeMs, keep, limit });
    const now = await store.nowMs();
    expectEqual([await expired(0, 10, now), await expired(1, 10, now), await expired(0, 2, now)], [[d, c, b, a], [c, b, a], [d, c]], 'what has expired');
    expectEqual([await expired(4, 10, now), await expired(9, 10, now), await expired(0, 10, now - 1_000_000)], [[], [], []], 'what is kept');
  }),
  check('expired.last-write', 'what was written lately has not expired, however early it was created', async ({ store, things, pass }) => {
    const session = await things.session(store);
    const old = await things.finished(store, session, 'old');
    const touched = await things.finished(store, session, 'touched');
    await pass(1000);
    const now = await store.nowMs();
    await store.request(touched.id, { remove: { atMs: 1 } }, things.event());
    expectEqual(await store.expired({ type: 'job', beforeMs: now, keep: 0, limit: 10 }), [old.id], 'what has expired');
  }),
  check('sight.since', 'a thing is known since it was first seen, whoever saw it', async ({ store, other, things, pass }) => {
    const [one, two] = [things.key(), things.key()];
    const first = await store.sight([one]);
    await pass(500);
    const second = await other.sight([two, one]);
    const since = present(first.get(one), 'the first sight');
    expectEqual([...second.keys()], [two, one], 'the things asked for');
    expectEqual(second.get(one), since, 'the one seen before');
    expectTrue(present(second.get(two), 'the other') >= since + 500, 'the one seen now');
    expectEqual([...(await store.sight([]))], [], 'nothing asked');
  }),
];
