import { DestinoError } from '@destino/core/errors';
import type { Pool, PoolClient } from 'pg';
import { eventsPerTransaction } from '../dialect/dialect-postgres.ts';
import type { Dialect } from '../dialect/dialect.ts';
import type { Executor, Start } from '../executor.ts';
import { apart, GroupBroken, refusal, type Answer, type Waiting } from '../group-commit.ts';
import { isLostRace, mapError, type Place } from '../map-error.ts';
import { Compiler } from '../sql/statement.ts';
import { checkMeta } from '../tasks/schema-task.ts';
import { readMeta, type Meta, type Transaction } from '../tasks/transaction.ts';
import { PostgresRun } from './postgres-run.ts';

export type PostgresExecutorOptions = { pool: Pool; dialect: Dialect; place: Place; workspace: string };

/** So many transactions of writes run at once; what is asked for meanwhile shares the next one. */
const writeLanes = 3;
/** At most this many writes share a transaction. */
const largestGroup = 64;
/** A write that was the victim of a deadlock is tried so often in all. */
const tries = 4;

/** Runs tasks on PostgreSQL. */
export class PostgresExecutor implements Executor {
  readonly #options: PostgresExecutorOptions;
  readonly #compiler: Compiler;
  #waiting: Waiting[] = [];
  #lanes = new Set<Promise<void>>();
  #latestMs = 0;
  #closed = false;

  constructor(options: PostgresExecutorOptions) {
    this.#options = options;
    this.#compiler = new Compiler(options.dialect, 'often');
  }

  async read<T>(start: Start<T>): Promise<T> {
    this.#refuseClosed();
    return this.#connected(async (client) => {
      const run = new PostgresRun(client);
      return run.drive(start(await this.#transaction(run, 'read')));
    });
  }

  async write<T>(start: Start<T>, about = ''): Promise<T> {
    this.#refuseClosed();
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ start, about, resolve: resolve as (value: unknown) => void, reject });
      if (this.#lanes.size < writeLanes) this.#openLane();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#lanes.size > 0) await Promise.all(this.#lanes);
    await this.#options.pool.end();
  }

  #openLane(): void {
    const lane = this.#writeWaiting().finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
  }

  async #writeWaiting(): Promise<void> {
    // What is asked for within this tick goes into the same transaction.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, largestGroup).sort((a, b) => (a.about < b.about ? -1 : a.about > b.about ? 1 : 0));
      await this.#writeGroup(group, 1);
    }
  }

  async #writeGroup(group: Waiting[], attempt: number): Promise<void> {
    let answers: Answer[];
    try {
      answers = await this.#connected((client) => this.#transact(new PostgresRun(client), group));
    } catch (error) {
      if (error instanceof GroupBroken && group.length > 1) {
        for (const alone of apart(group)) await this.#writeGroup(alone, attempt);
        return;
      }
      const cause = error instanceof GroupBroken ? error.cause : error;
      if (isLostRace(cause) && attempt < tries) return this.#writeGroup(group, attempt + 1);
      const failure = mapError(cause, this.#options.place);
      for (const { reject } of group) reject(failure);
      return;
    }
    for (const answer of answers) answer();
  }

  async #transact(run: PostgresRun, group: readonly Waiting[]): Promise<Answer[]> {
    try {
      run.begin();
      const tx = await this.#transaction(run, 'write');
      const answers: Answer[] = [];
      for (const waiting of group) answers.push(await answerOf(run, tx, waiting));
      await run.commit();
      return answers;
    } catch (error) {
      await run.rollBack();
      throw error;
    }
  }

  /** Lends a connection, and throws it away when it has failed. */
  async #connected<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const { pool, place } = this.#options;
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw mapError(error, place, 'connection');
    }
    let lost: Error | undefined;
    const onLost = (error: Error): void => {
      lost = error;
    };
    client.on('error', onLost);
    try {
      return await work(client);
    } catch (error) {
      throw error instanceof GroupBroken && lost === undefined ? error : mapError(lost ?? error, place, lost === undefined ? 'query' : 'connection');
    } finally {
      client.off('error', onLost);
      client.release(lost);
    }
  }

  async #transaction(run: PostgresRun, mode: 'read' | 'write'): Promise<Transaction> {
    const meta = checkMeta(await run.drive(readMeta(this.#compiler, mode)), this.#options.workspace, 'exact');
    const nowMs = Math.max(this.#latestMs, meta.last_ms, meta.clock_ms + meta.base_ms);
    this.#latestMs = nowMs;
    const nextPosition = positionsOf(meta);
    return { compiler: this.#compiler, dialect: this.#options.dialect, meta, nowMs, baseMs: nowMs - meta.clock_ms, nextPosition };
  }

  #refuseClosed(): void {
    if (this.#closed) throw new DestinoError('contract', `the store ${this.#options.place.name} was used after it was closed`);
  }
}

async function answerOf(run: PostgresRun, tx: Transaction, waiting: Waiting): Promise<Answer> {
  try {
    const value = await run.drive(waiting.start(tx));
    return () => waiting.resolve(value);
  } catch (error) {
    return refusal(waiting, error);
  }
}

/** Places in the feed for one transaction's events; see `eventsPerTransaction`. */
function positionsOf(meta: Meta): () => number {
  const first = (meta.transaction - meta.transaction_base) * eventsPerTransaction;
  let count = 0;
  return () => {
    if (count === eventsPerTransaction) {
      throw new RangeError(`one transaction holds at most ${eventsPerTransaction} events`);
    }
    count += 1;
    return first + count - 1;
  };
}
