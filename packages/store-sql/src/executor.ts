import type { Task } from './sql/statement.ts';
import type { Transaction } from './tasks/transaction.ts';

/** Begins a piece of work within a transaction. It may be begun again when the transaction has to be repeated. */
export type Start<T> = (tx: Transaction) => Task<T>;

/** Runs tasks, each in a transaction; rejects with a `DestinoError` only. */
export type Executor = {
  read<T>(start: Start<T>): Promise<T>;
  /** `about` names the record that is written, where there is one. */
  write<T>(start: Start<T>, about?: string): Promise<T>;
  close(): Promise<void>;
};
