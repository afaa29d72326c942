import { sql } from 'kysely';
import { eventsPerTransaction } from '../dialect/dialect-postgres.ts';
import { toCompile } from '../dialect/to-compile.ts';
import type { Dialect } from '../dialect/dialect.ts';
import { Compiler, once, statement, type NoSlots, type Task } from '../sql/statement.ts';
import { prepareSchema } from '../tasks/schema-task.ts';
import type { Meta } from '../tasks/transaction.ts';

type Server = { transaction: number; clock: number };

const selectLatestPosition = statement<NoSlots>()((db) => db.selectFrom('events').select(sql<number | null>`max(position)`.as('latest')));
const setBase = statement<{ base: number }>()((db, slot) => db.updateTable('meta').set({ transaction_base: slot('base') }));

/** Makes or migrates the schema under a lock that lasts until the transaction ends. */
export function* openingSteps(dialect: Dialect, schema: string, identity: { workspace: string; incarnation: string }): Task<Meta> {
  const { builder, clock, transaction } = dialect;
  const compiler = new Compiler(dialect, 'once');
  if (dialect.beforeClaim !== undefined) yield once(dialect.beforeClaim);
  const found = yield once(toCompile(builder, sql`select 1 from pg_namespace where nspname = ${sql.lit(schema)}`));
  if (found.length === 0) yield once(builder.schema.createSchema(schema));
  const [server] = (yield once(toCompile(builder, sql`select ${transaction} as transaction, ${clock} as clock`))) as Server[];
  const number = server?.transaction ?? 0;
  const meta = yield* prepareSchema(compiler, dialect, { workspace: identity.workspace, incarnation: () => identity.incarnation, bootId: '', clockMs: server?.clock ?? 0, transactionBase: number - 1 });
  yield* continuePositions(compiler, meta, number);
  return meta;
}

/** Lets positions grow on when the tables have come from a server whose transactions were numbered higher. */
function* continuePositions(compiler: Compiler, meta: Meta, transaction: number): Task<void> {
  const found = yield* compiler.first(selectLatestPosition, {});
  const latest = Math.floor((found?.latest ?? 0) / eventsPerTransaction);
  if (transaction - meta.transaction_base > latest) return;
  yield* compiler.tell(setBase, { base: transaction - latest - 1 });
}
