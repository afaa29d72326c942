import { statement, type Task } from '../sql/statement.ts';
import { segmentOf } from '../sql/rows.ts';
import { noteTime } from './session-tasks.ts';
import { rows, tell, type Transaction } from './transaction.ts';

type Ids = { ids: string };

const lockInactive = statement<Ids>()((db, slot, dialect) =>
  dialect.locked(db.selectFrom('records').select('id').where('id', 'in', dialect.members(slot('ids'))).where('active', '=', 0), 'records'),
);

const selectSegments = statement<Ids>()((db, slot, { members }) =>
  db
    .selectFrom('segments')
    .innerJoin('attempts', 'attempts.key', 'segments.attempt')
    .select(['attempts.record', 'segments.body'])
    .where('attempts.record', 'in', members(slot('ids')))
    .orderBy('attempts.number')
    .orderBy('segments.ordinal'),
);

const deleteSegments = statement<Ids>()((db, slot, { members }) =>
  db.deleteFrom('segments').where('attempt', 'in', (at) => at.selectFrom('attempts').select('key').where('record', 'in', members(slot('ids')))),
);

const deleteAttempts = statement<Ids>()((db, slot, { members }) => db.deleteFrom('attempts').where('record', 'in', members(slot('ids'))));
const deleteEvents = statement<Ids>()((db, slot, { members }) => db.deleteFrom('events').where('record', 'in', members(slot('ids'))));
const deleteRecords = statement<Ids>()((db, slot, { members }) => db.deleteFrom('records').where('id', 'in', members(slot('ids'))));

/** Removes inactive records with all that hangs on them. */
export function* removeRecords(tx: Transaction, asked: readonly string[]): Task<{ removed: string[]; blobs: string[] }> {
  const inactive = new Set((yield* rows(tx, lockInactive, { ids: JSON.stringify(asked) })).map(({ id }) => id));
  const removed = [...new Set(asked)].filter((id) => inactive.has(id));
  const ids = JSON.stringify(removed);
  const blobsOf = new Map<string, string[]>(removed.map((id) => [id, []]));
  for (const row of yield* rows(tx, selectSegments, { ids })) {
    const { blob, local } = segmentOf(row);
    if (blob !== undefined && !local) blobsOf.get(row.record)?.push(blob);
  }
  for (const deletion of [deleteSegments, deleteAttempts, deleteEvents, deleteRecords]) yield* tell(tx, deletion, { ids });
  yield* noteTime(tx);
  return { removed, blobs: [...blobsOf.values()].flat() };
}
