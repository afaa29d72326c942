import type { RecordQuery } from '../state-store.ts';
import { check, type Scene, type StateStoreCheck } from './check.ts';
import { expectEqual, present } from './expectations.ts';

async function names({ store }: Scene, query: Omit<RecordQuery, 'type'>): Promise<string[]> {
  return (await store.list({ type: 'job', ...query })).items.map(({ name }) => name);
}

export const listChecks: readonly StateStoreCheck[] = [
  check('read.absent', 'what is not there is answered by nothing', async ({ store, things }) => {
    const id = things.key();
    expectEqual([await store.record(id), await store.named('job', 'none'), await store.events(id)], [undefined, undefined, []], 'reads');
    expectEqual([await store.list({ type: 'job' }), await store.feed()], [{ items: [] }, []], 'lists');
  }),
  check('list.filters', 'each filter of a list leaves what does not match, and they add up', async (scene) => {
    const { store, things } = scene;
    const session = await things.session(store);
    const parent = await things.created(store, 'parent', { kind: 'group' });
    await things.created(store, 'train/a', { target: 'here', state: 'queued', parent: parent.id });
    await things.created(store, 'train/b', { target: 'there', parent: parent.id });
    await things.finished(store, session, 'Train/c', { target: 'here' });
    await things.created(store, 'train/a', { type: 'service', target: 'here' });
    expectEqual(await names(scene, {}), ['parent', 'train/a', 'train/b', 'Train/c'], 'no filter');
    expectEqual(await names(scene, { states: ['queued', 'succeeded'] }), ['train/a', 'Train/c'], 'states');
    expectEqual([await names(scene, { states: [] }), await names(scene, { kinds: ['group'] })], [[], ['parent']], 'no state; kinds');
    expectEqual([await names(scene, { target: 'here' }), await names(scene, { parent: parent.id })], [['train/a', 'Train/c'], ['train/a', 'train/b']], 'target; parent');
    expectEqual([await names(scene, { active: true }), await names(scene, { active: false })], [['parent', 'train/a', 'train/b'], ['Train/c']], 'active');
    expectEqual(await names(scene, { target: 'here', active: true, prefix: 'train' }), ['train/a'], 'all together');
  }),
  check('list.prefix', 'a name prefix is taken letter by letter, without patterns and with case', async (scene) => {
    for (const name of ['a%b', 'aXb', 'a_b', 'A%b', 'äb', 'äc', '😀x', '😀y']) await scene.things.created(scene.store, name);
    const found = await Promise.all(['a%', 'a_', 'ä', '😀', 'aXbc', ''].map((prefix) => names(scene, { prefix })));
    expectEqual(found.map((list) => list.length), [1, 1, 2, 2, 0, 8], 'how many match');
  }),
  check('list.newest-first', 'a list can start with the newest', async (scene) => {
    for (const name of ['b', 'a', 'c']) await scene.things.created(scene.store, name);
    expectEqual([await names(scene, {}), await names(scene, { newestFirst: true })], [['b', 'a', 'c'], ['c', 'a', 'b']], 'orders');
  }),
  check('list.pages', 'pages of a list repeat nothing and hide nothing, and the last has no next', async ({ store, things }) => {
    for (let number = 0; number < 7; number += 1) await things.created(store, `job-${number}`);
    for (const newestFirst of [false, true]) {
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.list({ type: 'job', limit: 3, newestFirst, ...(after !== undefined && { after }) });
        seen.push(...page.items.map(({ name }) => name));
        after = page.next;
      } while (after !== undefined);
      const all = [0, 1, 2, 3, 4, 5, 6].map((number) => `job-${number}`);
      expectEqual(seen, newestFirst ? all.reverse() : all, 'names seen');
    }
    expectEqual((await store.list({ type: 'job', limit: 7 })).next, undefined, 'the next of a full last page');
  }),
  check('list.stable', 'rows that come and go between two pages neither repeat nor hide others', async ({ store, other, things }) => {
    const session = await things.session(store);
    const finished = await things.finished(store, session, 'job-0');
    for (let number = 1; number < 6; number += 1) await things.created(store, `job-${number}`);
    const first = await store.list({ type: 'job', limit: 3, newestFirst: true });
    await things.created(other, 'new');
    await other.remove([finished.id]);
    const second = await store.list({ type: 'job', limit: 3, newestFirst: true, after: present(first.next, 'the next page') });
    expectEqual([...first.items, ...second.items].map(({ name }) => name), ['job-5', 'job-4', 'job-3', 'job-2', 'job-1'], 'names seen');
  }),
  check('list.limits', 'a list has at most 100 rows by default and 1,000 when asked for more', async ({ store, things }) => {
    const session = await things.session(store);
    const { claim } = await things.owned(store, session, 'sweep', { type: 'watch' });
    await store.commit(claim, { create: Array.from({ length: 1001 }, (_, number) => things.job(`job-${number}`)) });
    expectEqual([(await store.list({ type: 'job' })).items.length, (await store.list({ type: 'job', limit: 5000 })).items.length], [100, 1000], 'rows');
  }),
];
