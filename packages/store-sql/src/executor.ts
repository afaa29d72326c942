import type { Task } from './sql/statement.ts';
import type { Transaction } from './tasks/transaction.ts';

/** Begins a piece of work within a transaction. It may be begun again when the transaction has to be repeated. */
export type Start<T> = (tx: Transaction) => Task<T>;

/** Runs tasks, each in a transaction; rejects with a `DestinoError` only. */
export type Executor = {
  read<T>(start: Start<T>): Promise<T>;
  write<T>(start: Start<T>): Promise<T>;
  close(): Promise<void>;
};
