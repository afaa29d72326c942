import type { Attempt } from '../record.ts';
import { check, type StateStoreCheck } from './check.ts';
import { expectEqual } from './expectations.ts';

export const progressChecks: readonly StateStoreCheck[] = [
  check('attempt.replace', 'an attempt is replaced whole by key', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    const first = things.attempt(record.id, 1, { state: 'queued', reasons: [{ code: 'slots', text: 'no free slot' }] });
    const handle = { kind: 'local', stateVersion: 1, id: 'x', state: { pid: 7 } };
    const { state: _, ...rest } = first;
    const second: Attempt = { ...rest, phase: 'live', reasons: [], handle };
    await store.commit(claim, { attempt: first });
    await store.commit(claim, { attempt: second });
    expectEqual(await other.attempts(record.id), [second], 'attempts');
  }),
  check('attempt.order', "a record's attempts are answered by number, and nobody else's", async ({ store, things }) => {
    const session = await things.session(store);
    const [one, two] = [await things.owned(store, session, 'one'), await things.owned(store, session, 'two')];
    for (const number of [2, 10, 1]) await store.commit(one.claim, { attempt: things.attempt(one.record.id, number) });
    await store.commit(two.claim, { attempt: things.attempt(two.record.id, 1) });
    expectEqual((await store.attempts(one.record.id)).map(({ number }) => number), [1, 2, 10], 'numbers');
    expectEqual(await store.attempts(things.key()), [], 'attempts of an unknown record');
  }),
  check('attempt.by-key', 'attempts are found by their keys, in the order asked, the unknown left out', async ({ store, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    const attempts = [1, 2, 3].map((number) => things.attempt(record.id, number));
    for (const attempt of attempts) await store.commit(claim, { attempt });
    const keys = attempts.map(({ key }) => key);
    const asked = [keys[2] ?? '', things.key(), keys[0] ?? ''];
    expectEqual((await store.attemptsByKey(asked)).map(({ number }) => number), [3, 1], 'numbers');
    expectEqual(await store.attemptsByKey([]), [], 'none asked');
  }),
  check('segment.replace', 'segments are answered by ordinal, and replaced by ordinal', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    const attempt = things.attempt(record.id, 1);
    const segment = things.segment.bind(things, attempt.key);
    await store.commit(claim, { attempt, segments: [segment(10), segment(2, { blob: 'log/a', lengthBytes: 5 })] });
    const longer = segment(2, { blob: 'log/a', lengthBytes: 50 });
    const gap = segment(3, { gap: { reason: 'rotated', bytes: 9 }, lengthBytes: 0 });
    await store.commit(claim, { segments: [longer, gap] });
    expectEqual(await other.segments(attempt.key), [longer, gap, segment(10)], 'segments');
    expectEqual(await other.segments(things.key()), [], 'segments of an unknown attempt');
  }),
  check('events.page', 'events of a record are read from a number on, at most so many', async ({ store, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    await things.owned(store, session, 'two');
    await store.commit(claim, { events: ['a', 'b', 'c', 'd'].map((type) => things.event(type, { type })) });
    const types = async (after?: number, limit?: number) =>
      (await store.events(record.id, { ...(after !== undefined && { after }), ...(limit !== undefined && { limit }) })).map(({ type }) => type);
    expectEqual([await types(), await types(1, 2), await types(3), await types(5)], [['created', 'a', 'b', 'c', 'd'], ['a', 'b'], ['c', 'd'], []], 'pages');
  }),
  check('feed.order', "the feed tells all records' events once, and positions grow", async ({ store, other, things }) => {
    const session = await things.session(store);
    const one = await things.owned(store, session, 'one');
    const two = await things.owned(other, session, 'two');
    await store.commit(one.claim, { events: [things.event('a'), things.event('b')] });
    await other.request(two.record.id, { cancel: { atMs: 1 } }, things.event('c'));
    const feed = await other.feed();
    expectEqual(feed.map(({ record, number }) => [record, number]), [[one.record.id, 1], [two.record.id, 1], [one.record.id, 2], [one.record.id, 3], [two.record.id, 2]], 'the feed');
    const positions = feed.map(({ position }) => position);
    expectEqual(positions, [...new Set(positions)].sort((a, b) => a - b), 'positions');
    expectEqual(feed.filter(({ record }) => record === one.record.id), await store.events(one.record.id), 'the same events by record');
  }),
  check('feed.page', 'a reader that goes on from the last position sees every event once', async ({ store, things }) => {
    const session = await things.session(store);
    const { record, claim } = await things.owned(store, session, 'one');
    const seen: number[] = [];
    let after = 0;
    for (let round = 0; round < 6; round += 1) {
      await store.commit(claim, { events: [things.event(), things.event()] });
      for (const event of await store.feed({ after, limit: 3 })) {
        seen.push(event.number);
        after = event.position;
      }
    }
    for (const event of await store.feed({ after })) seen.push(event.number);
    expectEqual(seen, Array.from({ length: (await store.record(record.id))?.events ?? 0 }, (_, index) => index + 1), 'numbers seen');
    expectEqual(await store.feed({ after: after + 1_000_000_000 }), [], 'beyond the end');
  }),
];
