import type { Compilable, Kysely, RawBuilder } from 'kysely';

/** A piece of SQL as something that can be compiled like a built query. */
export function toCompile<D, O>(builder: Kysely<D>, raw: RawBuilder<O>): Compilable<O> {
  return { compile: () => raw.compile(builder) };
}
