import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

export type ScriptAnswer = { head: AnswerHead | undefined; body: Buffer; pieces?: AsyncIterable<unknown>; microseconds: number };
export type AnswerHead = { status: number; type: string; headers?: [string, string][]; failed?: boolean; microseconds?: number };

/** A loaded entry script. */
export type Entry = { init(): Promise<void>; wantsHead: boolean; raw: boolean; score(head: string, body: Buffer): Promise<ScriptAnswer> };

type RequestHead = { id: string; method: string; path: string; query: string; headers: [string, string][] };
type Run = (data: unknown, request?: Request) => unknown;

/**
 * Loads the module and looks for `init` and `run`. `run(text)` gets the body as text and answers JSON; with a second
 * parameter it also gets the whole request; with `export const raw = true` it gets a standard `Request` and may answer a
 * standard `Response`, streamed or not.
 */
export async function loadEntry(path: string): Promise<Entry> {
  const loaded: Record<string, unknown> = await import(pathToFileURL(resolve(path)).href);
  const scope = typeof loaded['run'] === 'function' ? loaded : { ...loaded, ...(loaded['default'] as Record<string, unknown> | undefined) };
  const { init, run } = scope;
  if (typeof init !== 'function' || typeof run !== 'function') throw new TypeError(`the entry script ${path} must export the functions init and run`);
  if (run.length === 0) throw new TypeError(`run of the entry script ${path} must have a parameter for the data`);
  const raw = scope['raw'] === true;
  const wantsHead = raw || run.length > 1;
  return {
    raw,
    wantsHead,
    init: async () => void (await (init as () => unknown)()),
    score: (head, body) => score(run as Run, { raw, wantsHead }, head, body),
  };
}

async function score(run: Run, { raw, wantsHead }: { raw: boolean; wantsHead: boolean }, head: string, body: Buffer): Promise<ScriptAnswer> {
  let data: unknown;
  try {
    data = raw ? undefined : new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return message(400, 'Input request does not include valid UTF-8 text', false, 0);
  }
  const begunMs = performance.now();
  const spent = (): number => Math.round((performance.now() - begunMs) * 1000);
  try {
    const request = wantsHead ? requestOf(JSON.parse(head) as RequestHead, body) : undefined;
    const value = raw ? await run(request) : await run(data, request);
    return await render(value, spent());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? String(error)) : String(error)}\n`);
    return message(500, 'An unexpected error occurred in scoring script. Check the logs for more info.', true, spent());
  }
}

function requestOf(head: RequestHead, body: Buffer): Request {
  const bodiless = head.method === 'GET' || head.method === 'HEAD';
  const host = head.headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? 'localhost';
  const url = new URL(`${head.path}${head.query === '' ? '' : `?${head.query}`}`, URL.canParse(`http://${host}`) ? `http://${host}` : 'http://localhost');
  return new Request(url, { method: head.method, headers: head.headers, ...(!bodiless && { body: new Uint8Array(body) }) });
}

async function render(value: unknown, microseconds: number): Promise<ScriptAnswer> {
  if (value instanceof Response) {
    const type = value.headers.get('content-type') ?? 'application/octet-stream';
    const headers = [...value.headers].filter(([name]) => name !== 'content-type' && name !== 'content-length');
    const head = { status: value.status, type, headers, microseconds };
    const stream = value.body;
    const whole = stream === null || value.headers.has('content-length');
    return whole ? { head, body: Buffer.from(await value.arrayBuffer()), microseconds } : { head, body: Buffer.alloc(0), pieces: stream, microseconds };
  }
  const plain = { status: 200, type: 'application/octet-stream', microseconds };
  if (value instanceof Uint8Array) return { head: plain, body: Buffer.from(value), microseconds };
  if (typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value))) {
    return { head: plain, body: Buffer.alloc(0), pieces: value as AsyncIterable<unknown>, microseconds };
  }
  return { head: undefined, body: Buffer.from(JSON.stringify(value ?? null)), microseconds };
}

function message(status: number, text: string, failed: boolean, microseconds: number): ScriptAnswer {
  return { head: { status, type: 'application/json', failed, microseconds }, body: Buffer.from(JSON.stringify({ message: text })), microseconds };
}
