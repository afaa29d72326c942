/** What the checks of a BlobStore need in place of a test runner. */

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(plain(actual)), JSON.stringify(plain(expected))];
  if (is !== should) throw new Error(`${what}: expected ${should}, got ${is}`);
}

export async function expectRejection(work: () => Promise<unknown>): Promise<unknown> {
  let answer: unknown;
  try {
    answer = await work();
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${JSON.stringify(plain(answer))}`);
}

export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const bytes: Uint8Array[] = [];
  for await (const chunk of chunks) bytes.push(chunk);
  const all = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of bytes) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await readAll(chunks));
}

export function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function plain(value: unknown): unknown {
  if (value === undefined) return 'undefined';
  if (value instanceof Uint8Array) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, plain(entry)]));
}
