import type { PoolClient } from 'pg';
import type { Query, Task } from '../sql/statement.ts';

/**
 * One transaction on one connection. What is only told is sent without waiting, so that a write costs two or three
 * journeys to the server however many statements it has.
 */
export class PostgresRun {
  readonly #client: PoolClient;
  #told: Promise<unknown>[] = [];
  #failure: { error: unknown } | undefined;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  begin(): void {
    this.#tell('begin');
  }

  /** Commits once everything told has been done; rejects with the first failure. */
  async commit(): Promise<void> {
    this.#tell('commit');
    await this.#settle();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Undoes what was done. What was told and failed has been reported before. */
  async rollBack(): Promise<void> {
    this.#tell('rollback');
    await this.#settle();
  }

  async drive<T>(task: Task<T>): Promise<T> {
    let step = task.next();
    while (step.done !== true) step = task.next(await this.#query(step.value));
    return step.value;
  }

  async #query(query: Query): Promise<readonly unknown[]> {
    const { name, sql: text, parameters, told } = query;
    const answer = this.#client.query({ text, values: [...parameters], ...(name !== '' && { name }) });
    if (told) {
      this.#keep(answer);
      return [];
    }
    try {
      return (await answer).rows;
    } catch (error) {
      // What was told before has failed first, and this only because of it.
      throw this.#failure === undefined ? error : this.#failure.error;
    }
  }

  #tell(text: string): void {
    this.#keep(this.#client.query(text));
  }

  #keep(answer: Promise<unknown>): void {
    this.#told.push(answer.catch((error: unknown) => (this.#failure ??= { error })));
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#told);
    this.#told = [];
  }
}
