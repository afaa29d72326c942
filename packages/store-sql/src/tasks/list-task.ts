import type { Page, RecordQuery, StoreRecord } from '@destino/core/store';
import { sql } from 'kysely';
import { recordOf } from '../sql/rows.ts';
import { statement, type Statement, type Task } from '../sql/statement.ts';
import { maxLimit } from './read-tasks.ts';
import { rows, type Transaction } from './transaction.ts';
import type { RecordRow } from '../sql/rows.ts';

const defaultLimit = 100;

type ListSlots = {
  type: string;
  states: string;
  kinds: string;
  target: string;
  parent: string;
  prefix: string;
  prefixLength: number;
  after: number;
  limit: number;
};

/** One statement for each combination of filters. */
const lists = new Map<string, Statement<ListSlots, RecordRow>>();

/** A page by keyset: rows that come or go between two pages neither repeat nor hide others. */
export function* listRecords(tx: Transaction, query: RecordQuery): Task<Page<StoreRecord>> {
  const limit = Math.min(query.limit ?? defaultLimit, maxLimit);
  const found = yield* rows(tx, listOf(query), {
    type: query.type,
    states: JSON.stringify(query.states ?? []),
    kinds: JSON.stringify(query.kinds ?? []),
    target: query.target ?? '',
    parent: query.parent ?? '',
    prefix: query.prefix ?? '',
    prefixLength: Array.from(query.prefix ?? '').length,
    after: Number(query.after ?? 0),
    limit: limit + 1,
  });
  const items = found.slice(0, limit).map(recordOf);
  const last = items.at(-1);
  return { items, ...(found.length > limit && last !== undefined && { next: String(last.seq) }) };
}

function listOf(query: RecordQuery): Statement<ListSlots, RecordRow> {
  const asked = (['states', 'kinds', 'target', 'parent', 'active', 'prefix', 'after'] as const).filter((filter) => query[filter] !== undefined);
  const name = `${asked.join()} ${query.active === true ? 'active' : 'inactive'} ${query.newestFirst === true ? 'down' : 'up'}`;
  let list = lists.get(name);
  if (list === undefined) {
    list = listStatement(new Set(asked), query.active === true, query.newestFirst === true);
    lists.set(name, list);
  }
  return list;
}

function listStatement(asked: ReadonlySet<string>, active: boolean, newestFirst: boolean): Statement<ListSlots, RecordRow> {
  return statement<ListSlots>()((db, slot, { members }) => {
    let found = db.selectFrom('records').selectAll().where('type', '=', slot('type'));
    if (asked.has('states')) found = found.where('state', 'in', members(slot('states')));
    if (asked.has('kinds')) found = found.where('kind', 'in', members(slot('kinds')));
    if (asked.has('target')) found = found.where('target', '=', slot('target'));
    if (asked.has('parent')) found = found.where('parent', '=', slot('parent'));
    if (asked.has('active')) found = found.where(active ? sql<boolean>`active = 1` : sql<boolean>`active = 0`);
    if (asked.has('prefix')) found = found.where(sql<string>`substr(name, 1, ${slot('prefixLength')})`, '=', slot('prefix'));
    if (asked.has('after')) found = found.where('seq', newestFirst ? '<' : '>', slot('after'));
    return found.orderBy('seq', newestFirst ? 'desc' : 'asc').limit(slot('limit'));
  });
}
