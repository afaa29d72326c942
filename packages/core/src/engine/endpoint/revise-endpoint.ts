import { newKey } from '../../model/index.ts';
import type { StoreRecord } from '../../store/index.ts';
import type { EngineParts } from '../parts.ts';
import { revisionsOf } from './endpoint-doc.ts';
import { currentRevision, withRevision, type Authored, type RevisionChange, type Revisions } from './revision.ts';

/**
 * Adds a revision after `after`, which the change was decided upon. False when another came first: then nothing was
 * changed, and who asked looks again.
 */
export async function reviseEndpoint(parts: EngineParts, record: StoreRecord, after: number, author: Omit<Authored, 'id'>, change: RevisionChange, contents: Revisions['contents'] = {}): Promise<boolean> {
  const { store, tracker } = parts;
  const revisions = revisionsOf(record);
  if (currentRevision(revisions).number !== after) return false;
  const id = newKey(parts.randomBytes);
  const next = withRevision(revisions, { ...author, id }, change, contents);
  const { number } = currentRevision(next);
  const revise = { atMs: await store.nowMs(), revision: number, spec: next, ...(author.by !== undefined && { by: author.by }) };
  const stored = await store.request(record.id, { revise }, { type: 'revised', at: author.at, data: { revision: number, change: author.change, ...(author.by !== undefined && { by: author.by }) } });
  tracker.wake(record.id);
  // Of two that ask for the same number at the same time the store keeps the first.
  return stored !== undefined && revisionsOf(stored).revisions.some((each) => each.id === id);
}
