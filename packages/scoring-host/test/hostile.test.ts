import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { script, Trial } from './trial.ts';

let here: Trial;
beforeEach(async () => {
  here = new Trial();
  await here.serve(script);
});
afterEach(() => here.dispose());

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(here.origin).port), '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes back until the other side closes, or `count` answers are there. */
async function answers(socket: Socket, count = Infinity): Promise<string> {
  let text = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    if (text.split('HTTP/1.1 ').length - 1 >= count && text.endsWith('}')) break;
  }
  return text;
}

const post = (body: string, more = ''): string => `POST /score HTTP/1.1\r\nHost: x\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;

describe('a caller that means ill', () => {
  it.each([
    ['a header of 20 kB', `GET /score HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, '431'],
    ['two lengths', 'POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', '400'],
    ['a length and chunks', 'POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', '400'],
    ['a length that is no number', 'POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', '400'],
    ['no HTTP at all', '\u0000\u0001\u0002 rubbish\r\n\r\n', '400'],
    ['a chunk of a wrong size', 'POST /score HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n', '400'],
  ])('gets an error for %s, and no one else does', async (_, words, status) => {
    const socket = await open();
    socket.write(words);
    expect((await answers(socket)).slice(9, 12)).toBe(status);
    expect((await here.score({})).status).toBe(200);
  });

  it('holds no worker with a body that never ends, nor by leaving in its middle', async () => {
    const slow = await open();
    slow.write('POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nonly a part');
    const leaving = await open();
    leaving.write('POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n');
    leaving.destroy();
    expect((await here.score({})).status).toBe(200);
    expect(here.host.inFlight).toBe(0);
    slow.destroy();
  });

  it('is answered though it closed its own half, and in order when it does not wait for answers', async () => {
    const socket = await open();
    socket.write([1, 2, 3, 4, 5].map((value) => post(JSON.stringify({ value }))).join(''));
    const text = await answers(socket, 5);
    expect([...text.matchAll(/"value":(\d)/g)].map(([, value]) => value)).toEqual(['1', '2', '3', '4', '5']);
    const half = await open();
    half.end(post('{"value":7}', 'Connection: close\r\n'));
    expect(await answers(half)).toContain('"value":7');
  });

  it('leaves nothing in flight by going away before its answer', async () => {
    const socket = await open();
    socket.write(post('{"sleepMs":300}'));
    await here.until(() => here.host.inFlight === 1);
    socket.destroy();
    await here.until(() => here.host.inFlight === 0);
    expect((await here.score({})).status).toBe(200);
  });

  it('keeps others from nothing with 1,000 idle connections', async () => {
    const sockets = await Promise.all(Array.from({ length: 1000 }, open));
    expect((await here.score({ value: 1 })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

describe('a worker that says what is no message', () => {
  it.each([
    ['a frame that is too long', 'Buffer.from([255, 255, 255, 255, 1, 2, 3, 4, 5])'],
    ['an answer to another request', 'Buffer.from([0, 0, 0, 9, 0x4a, 0, 0, 0, 99, 0, 0, 0, 0])'],
    ['an unknown kind', 'Buffer.from([0, 0, 0, 5, 0x7a, 0, 0, 0, 1])'],
    ['a head that is no JSON', 'Buffer.from([0, 0, 0, 11, 0x41, 0, 0, 0, 1, 0, 0, 0, 2, 123, 123])'],
    ['a head length beyond the frame', 'Buffer.from([0, 0, 0, 9, 0x41, 0, 0, 0, 1, 0, 255, 255, 255])'],
    ['a piece before its answer', 'Buffer.from([0, 0, 0, 6, 0x43, 0, 0, 0, 1, 65])'],
  ])('is replaced after %s, its request answered with an error', async (_, bytes) => {
    const bad = `import { writeSync } from 'node:fs';
export function init() {}
export async function run(text) {
  if (text === '"bad"') { writeSync(3, ${bytes}); await new Promise(() => setTimeout(() => undefined, 60000)); }
  return 'good';
}`;
    await here.tell(bad, { revision: 2 });
    await here.until(({ revision }) => revision === 2);
    expect((await here.score('bad')).status).toBe(502);
    await here.until(({ copies }) => copies.ready === 1);
    expect((await here.score('fine')).text).toBe('"good"');
  });
});
