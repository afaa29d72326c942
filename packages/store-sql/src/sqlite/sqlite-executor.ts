import { DestinoError } from '@destino/core/errors';
import type { Dialect } from '../dialect/dialect.ts';
import { mapError, type Place } from '../map-error.ts';
import type { Executor, Start } from '../executor.ts';
import { apart, GroupBroken, refusal, type Answer, type Waiting } from '../group-commit.ts';
import { Compiler, type Task } from '../sql/statement.ts';
import { checkMeta } from '../tasks/schema-task.ts';
import { readMeta, type Meta, type Transaction } from '../tasks/transaction.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { waitForLock } from './wait-for-lock.ts';

export type SqliteExecutorOptions = {
  connection: SqliteConnection;
  dialect: Dialect;
  place: Place;
  workspace: string;
  bootId: string;
  monotonicMs: () => number;
  busyTimeoutMs: number;
};

/** At most this many writes share a transaction, so that other processes get their turn. */
const largestGroup = 256;

/** Runs tasks on one SQLite file. Writes that are asked for within one tick share one transaction, and one sync. */
export class SqliteExecutor implements Executor {
  readonly #options: SqliteExecutorOptions;
  readonly #compiler: Compiler;
  #waiting: Waiting[] = [];
  #latestMs = 0;
  #closed = false;

  constructor(options: SqliteExecutorOptions) {
    this.#options = options;
    this.#compiler = new Compiler(options.dialect, 'often');
  }

  /** Async only to answer by a promise, also when it fails. */
  async read<T>(start: Start<T>): Promise<T> {
    try {
      return this.#within('begin', (tx) => this.#drive(start(tx)));
    } catch (error) {
      throw mapError(error, this.#options.place);
    }
  }

  write<T>(start: Start<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ start, about: '', resolve: resolve as (value: unknown) => void, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#writeWaiting());
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#writeWaiting();
    this.#closed = true;
    this.#options.connection.close();
  }

  #writeWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += largestGroup) this.#writeGroup(waiting.slice(from, from + largestGroup));
  }

  #writeGroup(group: Waiting[]): void {
    let answers: Answer[];
    try {
      answers = this.#within('begin immediate', (tx) => group.map((waiting) => this.#answer(tx, waiting)));
    } catch (error) {
      if (error instanceof GroupBroken && group.length > 1) return apart(group).forEach((alone) => this.#writeGroup(alone));
      const failure = mapError(error instanceof GroupBroken ? error.cause : error, this.#options.place);
      return group.forEach(({ reject }) => reject(failure));
    }
    for (const answer of answers) answer();
  }

  #answer(tx: Transaction, waiting: Waiting): Answer {
    try {
      const value = this.#drive(waiting.start(tx));
      return () => waiting.resolve(value);
    } catch (error) {
      return refusal(waiting, error);
    }
  }

  #within<T>(begin: 'begin' | 'begin immediate', work: (tx: Transaction) => T): T {
    const { connection, busyTimeoutMs, place } = this.#options;
    if (this.#closed) throw new DestinoError('contract', `the store ${place.name} was used after it was closed`);
    const tx = waitForLock(busyTimeoutMs, () => this.#begin(begin));
    try {
      const result = work(tx);
      connection.run('commit');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #begin(begin: 'begin' | 'begin immediate'): Transaction {
    this.#options.connection.run(begin);
    try {
      const meta = this.#checked(this.#drive(readMeta(this.#compiler, 'read')));
      this.#latestMs = Math.max(this.#latestMs, Math.floor(this.#options.monotonicMs() + meta.base_ms));
      return { compiler: this.#compiler, dialect: this.#options.dialect, meta, nowMs: this.#latestMs, baseMs: meta.base_ms, nextPosition: () => null };
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #checked(found: Meta | undefined): Meta {
    const meta = checkMeta(found, this.#options.workspace, 'exact');
    if (meta.boot_id === this.#options.bootId) return meta;
    throw new DestinoError('unavailable', `the store ${this.#options.place.name} was opened on another boot of the machine since`, {
      retry: 'changed',
      hint: 'start this process again; the file must not be shared between machines',
    });
  }

  #drive<T>(task: Task<T>): T {
    return this.#options.connection.drive(task);
  }

  /** SQLite has already rolled back by itself after a full disk or an I/O error: there is then nothing to undo. */
  #rollBack(): void {
    try {
      this.#options.connection.run('rollback');
    } catch (error) {
      if (mapError(error, this.#options.place).code !== 'internal') throw error;
    }
  }
}
