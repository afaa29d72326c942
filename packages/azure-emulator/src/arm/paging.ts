import type { Answer, Asked } from '../http/exchange.ts';
import { ArmFault } from './fault.ts';

/** `{ value, nextLink? }`. `$top` is the caller's, `$skiptoken` ours. */
export function page(asked: Asked, all: readonly unknown[], pageSize: number): Answer {
  const from = Number(asked.query.get('$skiptoken') ?? 0);
  if (!Number.isInteger(from) || from < 0) throw new ArmFault(400, 'InvalidSkipToken', `'${asked.query.get('$skiptoken')}' is no $skiptoken of this service.`);
  const top = Number(asked.query.get('$top') ?? pageSize);
  const to = from + Math.max(1, Math.min(pageSize, Number.isInteger(top) ? top : pageSize));
  const more = new URLSearchParams(asked.query);
  more.set('$skiptoken', String(to));
  const nextLink = to < all.length ? { nextLink: `${asked.origin}${asked.path}?${more.toString()}` } : {};
  return { status: 200, body: { value: all.slice(from, to), ...nextLink } };
}
