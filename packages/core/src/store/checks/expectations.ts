import { isDestinoError, type ErrorCode } from '../../errors/index.ts';

/** What the checks of a StateStore need in place of a test runner. */

/** Compares by content; a field that is `undefined` counts as absent. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [text(actual), text(expected)];
  if (is !== should) throw new Error(`${what}: expected ${should}, got ${is}`);
}

export function expectTrue(condition: boolean, what: string): void {
  if (!condition) throw new Error(`not so: ${what}`);
}

export async function expectCode(code: ErrorCode, work: () => Promise<unknown>): Promise<void> {
  let answer: unknown;
  try {
    answer = await work();
  } catch (error) {
    if (isDestinoError(error, code)) return;
    throw new Error(`expected a rejection with ${code}, got ${String(error)}`, { cause: error });
  }
  throw new Error(`expected a rejection with ${code}, got the answer ${text(answer)}`);
}

/** The value, which has to be there. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}

function text(value: unknown): string {
  return JSON.stringify(ordered(value)) ?? 'undefined';
}

function ordered(value: unknown): unknown {
  if (value instanceof Map) return ordered([...value]);
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, part]) => [key, ordered(part)]));
}
