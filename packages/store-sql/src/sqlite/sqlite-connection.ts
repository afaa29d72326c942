import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type { Query, Task } from '../sql/statement.ts';

const keptStatements = 256;

/** One open file. Every call is synchronous: nothing else of this process runs between `begin` and `commit`. */
export class SqliteConnection {
  readonly #database: SqliteDatabase;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  run(sql: string, parameters: readonly unknown[] = []): unknown[] {
    const prepared = this.#prepare(sql);
    if (prepared.reader) return prepared.all(parameters);
    prepared.run(parameters);
    return [];
  }

  query(query: Query): unknown[] {
    return this.run(query.sql, query.parameters);
  }

  /** Gives a task the rows it asks for until it ends. */
  drive<T>(task: Task<T>): T {
    let step = task.next();
    while (step.done !== true) step = task.next(this.query(step.value));
    return step.value;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): SqliteStatement {
    let prepared = this.#statements.get(sql);
    if (prepared === undefined) {
      if (this.#statements.size >= keptStatements) this.#statements.clear();
      prepared = this.#database.prepare(sql);
      this.#statements.set(sql, prepared);
    }
    return prepared;
  }
}
