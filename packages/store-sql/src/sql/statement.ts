import type { Compilable, Kysely } from 'kysely';
import type { Dialect } from '../dialect/dialect.ts';
import type { Tables } from './tables.ts';

/**
 * What a database runs. `name` stands for the text: a server may keep the prepared statement under it. Nobody waits for
 * the answer of a query that is only `told`; its failure ends the transaction.
 */
export type Query = { readonly name: string; readonly sql: string; readonly parameters: readonly unknown[]; readonly told: boolean };

/**
 * A piece of a transaction: it yields queries and is given their rows. SQLite drives it to its end without leaving the
 * call, so that a lock is never held across an `await`; PostgreSQL awaits each answer. One text serves both.
 */
export type Task<T> = Generator<Query, T, readonly unknown[]>;

/** Stands in a built query for a parameter that is known only when it runs. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Gives the place of a parameter, typed as the parameter itself. */
export type Slots<P> = <K extends keyof P & string>(name: K) => P[K];

type Build<P, R> = (db: Kysely<Tables>, slot: Slots<P>, dialect: Dialect) => Compilable<R>;

/** A query that is built and compiled once for each dialect, and run often. */
export type Statement<P, R> = { readonly build: Build<P, R> };

/** Of a statement without parameters. */
export type NoSlots = Record<string, never>;

/** Declares a statement whose parameters are `P`. */
export function statement<P>(): <R>(build: Build<P, R>) => Statement<P, R> {
  return (build) => ({ build });
}

type Compiled = { name: string; sql: string; slots: readonly unknown[] };

/** Compiles statements for one dialect, and keeps the result. */
export class Compiler {
  readonly #db: Kysely<Tables>;
  readonly #dialect: Dialect;
  readonly #use: 'once' | 'often';
  readonly #compiled = new Map<object, Compiled>();

  /** Queries of a compiler that is used once are better left without names. */
  constructor(dialect: Dialect, use: 'once' | 'often') {
    this.#db = dialect.builder;
    this.#dialect = dialect;
    this.#use = use;
  }

  query<P extends Record<string, unknown>, R>(of: Statement<P, R>, parameters: P, told: boolean): Query {
    let compiled = this.#compiled.get(of);
    if (compiled === undefined) {
      const built = of.build(this.#db, slotFor, this.#dialect).compile();
      compiled = { name: this.#use === 'once' ? '' : `destino${this.#compiled.size}`, sql: built.sql, slots: built.parameters };
      this.#compiled.set(of, compiled);
    }
    const { name, sql, slots } = compiled;
    return { name, sql, parameters: slots.map((slot) => (slot instanceof Slot ? parameters[slot.name] : slot)), told };
  }

  /** Runs a statement within a task and answers its rows. */
  *rows<P extends Record<string, unknown>, R>(of: Statement<P, R>, parameters: P): Task<R[]> {
    return (yield this.query(of, parameters, false)) as R[];
  }

  /** Runs a statement within a task, without waiting for it. */
  *tell<P extends Record<string, unknown>>(of: Statement<P, unknown>, parameters: P): Task<void> {
    yield this.query(of, parameters, true);
  }

  /** The first row, if there is one. */
  *first<P extends Record<string, unknown>, R>(of: Statement<P, R>, parameters: P): Task<R | undefined> {
    return (yield* this.rows(of, parameters))[0];
  }
}

/** A query that is run once, as a step of a migration. */
export function once(built: Compilable): Query {
  const { sql, parameters } = built.compile();
  return { name: '', sql, parameters, told: false };
}

function slotFor(name: string): never {
  return new Slot(name) as never;
}
