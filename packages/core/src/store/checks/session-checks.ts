import { check, type StateStoreCheck } from './check.ts';
import { expectEqual, expectTrue, present } from './expectations.ts';
import { lifetimeMs, offer } from './things.ts';

export const sessionChecks: readonly StateStoreCheck[] = [
  check('time.grows', 'store time grows and is the same for all who have the store open', async ({ store, other, pass }) => {
    const before = await store.nowMs();
    await pass(250);
    const [later, elsewhere] = [await store.nowMs(), await other.nowMs()];
    expectTrue(later >= before + 250 && elsewhere >= later, `${before} + 250 <= ${later} <= ${elsewhere}`);
  }),
  check('session.open', 'a session lives for its lifetime from now, and keeps how the host presented itself', async ({ store, other, things }) => {
    const session = await store.openSession(things.host(offer, 'secret:x'), 5000);
    expectEqual(session.untilMs - session.openedMs, 5000, 'the lifetime');
    expectEqual(session.host, things.host(offer, 'secret:x'), 'the host');
    expectEqual(await other.sessions(), [session], 'the living sessions as another host sees them');
  }),
  check('session.ids', 'no session is given an id that was used before', async ({ store, other, things, pass }) => {
    const first = await things.session(store);
    await store.endSession(first.id);
    const second = await things.session(other);
    await pass(lifetimeMs);
    const third = await things.session(store);
    expectEqual(new Set([first.id, second.id, third.id]).size, 3, 'different ids');
  }),
  check('session.renew', 'renewing prolongs a session from now on', async ({ store, things, pass }) => {
    const session = await things.session(store);
    await pass(lifetimeMs - 10_000);
    const renewed = present(await store.renewSession(session.id, lifetimeMs), 'the renewed session');
    expectTrue(renewed.untilMs >= session.untilMs + lifetimeMs - 10_000, 'the end has moved on');
    expectEqual([renewed.host, renewed.openedMs], [session.host, session.openedMs], 'what stays');
    await pass(lifetimeMs - 10_000);
    expectEqual((await store.sessions()).map(({ id }) => id), [session.id], 'the living sessions');
  }),
  check('session.renew-host', 'renewing replaces what the host offers when it says so', async ({ store, other, things }) => {
    const session = await things.session(store);
    await store.renewSession(session.id, lifetimeMs, things.host(offer, 'secret:x'));
    expectEqual((await other.sessions()).map(({ host }) => host.offers), [[offer, 'secret:x']], 'the offers');
  }),
  check('session.expire', 'a session that was not renewed in time has ended, and cannot be renewed', async ({ store, other, things, pass }) => {
    const session = await things.session(store);
    await pass(lifetimeMs);
    expectEqual(await other.sessions(), [], 'the living sessions');
    expectEqual(await store.renewSession(session.id, lifetimeMs), undefined, 'the renewal');
  }),
  check('session.end', 'an ended session is gone at once, and ending it again changes nothing', async ({ store, other, things }) => {
    const session = await things.session(store);
    await store.endSession(session.id);
    await other.endSession(session.id);
    await other.endSession('session-unknown');
    expectEqual([await other.sessions(), await store.renewSession(session.id, lifetimeMs)], [[], undefined], 'what is left');
  }),
];
