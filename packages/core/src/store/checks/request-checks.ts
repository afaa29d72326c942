import { requested } from '../transition.ts';
import { check, type StateStoreCheck } from './check.ts';
import { expectEqual, present } from './expectations.ts';

export const requestChecks: readonly StateStoreCheck[] = [
  check('request.merge', 'a request is kept with its event, whoever owns the record', async ({ store, other, things }) => {
    const session = await things.session(store);
    const { record } = await things.owned(store, session, 'one');
    const requests = { cancel: { by: 'me', atMs: 7, graceMs: 100 } };
    const answer = present(await other.request(record.id, requests, things.event('cancel-requested', { by: 'me' })), 'the answer');
    expectEqual(answer, requested(record, requests, answer.updatedMs, 1), 'the answer');
    expectEqual(await store.record(record.id), answer, 'the record');
    expectEqual((await store.events(record.id)).map(({ number, type }) => [number, type]), [[1, 'created'], [2, 'cancel-requested']], 'events');
  }),
  check('request.kept', 'a request that stands already is kept, and the others are added', async ({ store, things }) => {
    const record = await things.created(store, 'one');
    await store.request(record.id, { cancel: { by: 'first', atMs: 1 } }, things.event());
    const after = await store.request(record.id, { cancel: { by: 'second', atMs: 2 }, abandon: { atMs: 3 } }, things.event());
    expectEqual(after?.requests, { cancel: { by: 'first', atMs: 1 }, abandon: { atMs: 3 } }, 'requests');
    expectEqual([after?.poke, after?.pokeSeen, after?.events], [2, 0, 3], 'counts');
  }),
  check('request.revise', 'only a newer service revision replaces an older one', async ({ store, things }) => {
    const record = await things.created(store, 'one', { type: 'service' });
    const revise = (revision: number) => ({ revise: { atMs: revision, revision, spec: { revision } } });
    for (const revision of [2, 1, 3, 3]) await store.request(record.id, revise(revision), things.event());
    expectEqual((await store.record(record.id))?.requests, revise(3), 'requests');
  }),
  check('request.follow', 'a log is followed until the latest time asked for, and that is no event', async ({ store, other, things }) => {
    const record = await things.created(store, 'one');
    for (const untilMs of [20, 10]) await other.request(record.id, { follow: { untilMs } });
    const after = await store.record(record.id);
    expectEqual([after?.requests, after?.poke, after?.events], [{ follow: { untilMs: 20 } }, 2, 1], 'the record');
    expectEqual((await store.events(record.id)).length, 1, 'events');
  }),
  check('request.at-once', 'requests that several hosts make at once all count, and their events have no holes', async ({ store, other, things }) => {
    const record = await things.created(store, 'one');
    await Promise.all(Array.from({ length: 80 }, (_, number) => (number % 2 === 0 ? store : other).request(record.id, {}, things.event())));
    const after = await store.record(record.id);
    expectEqual([after?.poke, after?.version, after?.events], [80, 81, 81], 'counts');
    expectEqual((await other.events(record.id)).map(({ number }) => number), Array.from({ length: 81 }, (_, index) => index + 1), 'numbers');
  }),
  check('request.unknown', 'a request to a record that is not there is answered by nothing', async ({ store, things }) => {
    expectEqual(await store.request(things.key(), { cancel: { atMs: 1 } }, things.event()), undefined, 'the answer');
  }),
  check('request.inactive', 'a request to an inactive record is kept, and gives it no owner', async ({ store, things }) => {
    const session = await things.session(store);
    const done = await things.finished(store, session, 'one');
    const after = await store.request(done.id, { remove: { atMs: 1 } }, things.event());
    expectEqual([after?.requests, after?.active, after?.session], [{ remove: { atMs: 1 } }, false, undefined], 'the record');
    expectEqual(await store.claim(session.id, 10), [], 'the claim');
  }),
  check('request.survives-claim', 'requests survive the change of owner and its writes', async ({ store, other, things }) => {
    const record = await things.created(store, 'one');
    await store.request(record.id, { cancel: { atMs: 1 } }, things.event());
    const session = await things.session(other);
    const [taken] = await other.claim(session.id, 1);
    const outcome = await other.commit({ id: record.id, session: session.id, fence: taken?.fence ?? 0 }, { record: { state: 'cancelling' } });
    expectEqual(outcome.ok && outcome.record.requests, { cancel: { atMs: 1 } }, 'requests');
  }),
];
