import type { Engine } from '@destino/core';
import type { Clock } from '@destino/core/driver';
import type { StateStore } from '@destino/core/store';
import { endDeadSessions } from './dead-sessions.ts';
import { hasUnsupervised } from './has-unsupervised.ts';

const lookEveryMs = 5;

/**
 * Looks after unfinished work that no living host supervises, for a moment: what has ended meanwhile is noticed, and
 * nothing more is waited for. Answers whether something is still unfinished that this host could serve.
 */
export async function reconcile(parts: { engine: Engine; store: StateStore; clock: Clock; hostId: string }, withinMs = 200): Promise<boolean> {
  const { engine, store, clock, hostId } = parts;
  const unserved = await isUnserved(store, hostId);
  if (!unserved && !(await hasUnsupervised(store, () => hostId))) return false;
  const until = clock.monotonicMs() + withinMs;
  await engine.start();
  while (clock.monotonicMs() < until && engine.load.supervised > 0) await clock.sleep(lookEveryMs);
  return engine.load.supervised > 0 || unserved;
}

/** Endpoints and services go on for as long as they stand: whether whoever looked after one of them has gone. */
async function isUnserved(store: StateStore, hostId: string): Promise<boolean> {
  const pages = await Promise.all((['endpoint', 'service'] as const).map((type) => store.list({ type, active: true, limit: 100 })));
  const items = pages.flatMap((page) => page.items);
  if (items.length === 0) return false;
  await endDeadSessions(store, hostId);
  const living = new Set((await store.sessions()).map(({ id }) => id));
  return items.some(({ session }) => session === undefined || !living.has(session));
}
