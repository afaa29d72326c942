import { isTerminalJobState, type JobState } from '@destino/core/model';
import type { StateStore } from '@destino/core/store';
import { endDeadSessions } from './dead-sessions.ts';

/** Whether there is unfinished work that no living host looks after. */
export async function hasUnsupervised(store: StateStore, hostId: () => string): Promise<boolean> {
  const { items } = await store.list({ type: 'job', active: true, limit: 100 });
  if (items.length === 0) return false;
  await endDeadSessions(store, hostId());
  const living = new Set((await store.sessions()).map(({ id }) => id));
  return items.some(({ session, state }) => (session === undefined || !living.has(session)) && !isTerminalJobState(state as JobState));
}
