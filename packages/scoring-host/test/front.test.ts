import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { script, Trial } from './trial.ts';

let here: Trial;
beforeEach(async () => {
  here = new Trial({ maxBodyBytes: 1000, keys: ['first', 'second'], corsOrigins: ['https://a.example'] });
  await here.serve(script);
});
afterEach(() => here.dispose());

const key = { authorization: 'Bearer second' };

describe('the front', () => {
  it('answers each route, and other methods and routes with 405 and 404', async () => {
    const ask = async (path: string, method = 'GET'): Promise<[number, string]> => {
      const answer = await fetch(here.origin + path, { method, headers: key });
      return [answer.status, (await answer.text()).slice(0, 20)];
    };
    expect(await ask('/')).toEqual([200, 'Healthy']);
    expect(await ask('/score', 'OPTIONS')).toEqual([200, '']);
    expect((await ask('/score', 'DELETE'))[0]).toBe(405);
    expect((await ask('/', 'POST'))[0]).toBe(405);
    expect((await ask('/elsewhere'))[0]).toBe(404);
    expect((await ask('/metrics'))[1]).toContain('# HELP destino_');
    for (const version of ['2', '3', '3.1']) expect((await ask(`/swagger.json?version=${version}`))[0]).toBe(200);
    expect((await ask('/swagger.json?version=4'))[0]).toBe(404);
  });

  it('asks for one of its keys', async () => {
    expect((await here.score({})).status).toBe(401);
    expect((await here.score({}, { headers: { authorization: 'Bearer third' } })).status).toBe(401);
    expect((await here.score({}, { headers: key })).status).toBe(200);
  });

  it('gives query parameters as JSON, repeated ones as lists', async () => {
    const answer = await fetch(`${here.origin}/score?value=1&value=2`, { headers: key });
    expect(await answer.json()).toMatchObject({ value: ['1', '2'] });
  });

  it('keeps the ids of the request, makes those that are missing and refuses what is too long', async () => {
    const ids = async (headers: Record<string, string>): Promise<(string | null)[]> => {
      const answer = await here.score({}, { headers: { ...key, ...headers } });
      return [String(answer.status), ...['x-request-id', 'x-ms-request-id', 'x-ms-client-request-id'].map((name) => answer.headers.get(name))];
    };
    expect(await ids({ 'x-request-id': 'a', 'x-ms-client-request-id': 'b' })).toEqual(['200', 'a', 'b', 'b']);
    expect(await ids({ 'x-ms-request-id': 'old' })).toMatchObject(['200', expect.stringMatching(/^[0-9a-f-]{36}$/), 'old', 'old']);
    const [, own, , client] = await ids({});
    expect(client).toBe(own);
    for (const name of ['x-request-id', 'x-ms-request-id', 'x-ms-client-request-id']) expect((await ids({ [name]: 'x'.repeat(101) }))[0]).toBe('431');
  });

  it('refuses a body over the limit, announced or not, and text that is not UTF-8', async () => {
    const send = async (body: BodyInit, init: object = {}): Promise<number> => (await fetch(`${here.origin}/score`, { method: 'POST', headers: key, body, ...init })).status;
    expect(await send('x'.repeat(1001))).toBe(413);
    const pieces = new ReadableStream({ start: (stream) => { for (let each = 0; each < 3; each += 1) stream.enqueue(new Uint8Array(500)); stream.close(); } });
    expect(await send(pieces, { duplex: 'half' })).toBe(413);
    expect(await send(new Uint8Array([0xff, 0xfe]))).toBe(400);
  });

  it('lets browsers of named origins call, and no others', async () => {
    const allowed = async (origin: string): Promise<string | null> => (await here.score({}, { headers: { ...key, origin } })).headers.get('access-control-allow-origin');
    expect([await allowed('https://a.example'), await allowed('https://b.example')]).toEqual(['https://a.example', null]);
  });
});

describe('a raw script', () => {
  it('sees the request and sets status, headers and pieces of its answer', async () => {
    const raw = `export const raw = true;
export function init() {}
export async function run(request) {
  if (request.method === 'GET') return new Response(new ReadableStream({ start(s) { s.enqueue(new TextEncoder().encode('a')); s.enqueue(new TextEncoder().encode('b')); s.close(); } }), { headers: { 'content-type': 'text/x' } });
  const body = new Uint8Array(await request.arrayBuffer());
  return new Response(body.reverse(), { status: 202, headers: { 'x-own': request.headers.get('x-given'), connection: 'close', 'content-length': String(body.length) } });
}`;
    await here.tell(raw, { revision: 2 });
    await here.until(({ revision }) => revision === 2);
    const whole = await fetch(`${here.origin}/score`, { method: 'POST', headers: { ...key, 'x-given': 'g' }, body: new Uint8Array([1, 2, 255]) });
    expect([whole.status, whole.headers.get('x-own'), new Uint8Array(await whole.arrayBuffer())]).toEqual([202, 'g', new Uint8Array([255, 2, 1])]);
    const streamed = await fetch(`${here.origin}/score`, { headers: key });
    expect([streamed.headers.get('content-type'), await streamed.text()]).toEqual(['text/x', 'ab']);
  });
});
