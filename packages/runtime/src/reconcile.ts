import type { Engine } from '@destino/core';
import type { Clock } from '@destino/core/driver';
import type { StateStore } from '@destino/core/store';
import { hasUnsupervised, isUnserved } from './has-unsupervised.ts';

const lookEveryMs = 5;

/**
 * Looks after unfinished work that no living host supervises, for a moment: what has ended meanwhile is noticed, and
 * nothing more is waited for. Answers whether something is still unfinished that this host could serve.
 */
export async function reconcile(parts: { engine: Engine; store: StateStore; clock: Clock; hostId: string }, withinMs = 200): Promise<boolean> {
  const { engine, store, clock, hostId } = parts;
  const unserved = await isUnserved(store, () => hostId);
  if (!unserved && !(await hasUnsupervised(store, () => hostId))) return false;
  const until = clock.monotonicMs() + withinMs;
  await engine.start();
  while (clock.monotonicMs() < until && engine.load.supervised > 0) await clock.sleep(lookEveryMs);
  return engine.load.supervised > 0 || unserved;
}
