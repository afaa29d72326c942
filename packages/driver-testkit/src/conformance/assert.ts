import { isDestinoError, type ErrorCode } from '@destino/core/errors';

/** A broken rule. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
}

export function that(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new CheckFailure(otherwise);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [seen, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  that(seen === wanted, `${what}: expected ${wanted}, got ${seen}`);
}

/** The value, or a failure that names what is missing. */
export function present<T>(value: T | undefined | null, what: string): T {
  that(value !== undefined && value !== null, `${what} is missing`);
  return value;
}

/** The call must reject with a DestinoError of this code. */
export async function rejects(call: Promise<unknown>, code: ErrorCode, what: string): Promise<void> {
  let outcome: string;
  try {
    await call;
    outcome = 'it resolved';
  } catch (error) {
    if (isDestinoError(error, code)) return;
    outcome = isDestinoError(error) ? `it rejected with '${error.code}': ${error.message}` : `it rejected with ${String(error)}`;
  }
  throw new CheckFailure(`${what} must reject with '${code}', but ${outcome}`);
}

/** The value must be data: it is the same after JSON. */
export function survivesJson(value: unknown, what: string): void {
  const seen: unknown = JSON.parse(JSON.stringify(value ?? null));
  that(sameData(value ?? null, seen), `${what} does not survive JSON: ${JSON.stringify(value)}`);
}

function sameData(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null) return Object.is(a, b) || (a === 0 && b === 0);
  if (typeof b !== 'object' || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  if (!Array.isArray(a) && Object.getPrototypeOf(a) !== Object.prototype) return false;
  const kept = Object.entries(a).filter(([, value]) => value !== undefined);
  return kept.length === Object.keys(b).length && kept.every(([name, value]) => sameData(value, (b as Record<string, unknown>)[name]));
}
