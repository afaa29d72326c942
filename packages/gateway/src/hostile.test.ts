import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayTrial, key, named } from './trial.test.support.ts';

let trial: GatewayTrial;
let port: number;
const sockets: Socket[] = [];
beforeEach(async () => {
  trial = new GatewayTrial();
  port = await trial.serve({ blue: await trial.deployment(named('blue')) });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await trial[Symbol.asyncDispose]();
});

/** Opens a connection, sends bytes as they are, and collects what comes back until the other side ends it. */
function raw(...parts: (string | Buffer)[]): { socket: Socket; ended: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  const ended = new Promise<string>((resolve) => {
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
  for (const part of parts) socket.write(part);
  return { socket, ended };
}

const head = (more = ''): string => `POST /score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n${more}`;
const statusOf = (text: string): string => text.split(' ')[1] ?? 'none';
const works = async (): Promise<void> => expect((await trial.call('x')).status).toBe(200);

describe('a hostile client', () => {
  it('gets 400 for what is no HTTP, and for two readings of one length', async () => {
    for (const text of [
      'nonsense\r\n\r\n',
      Buffer.from([0, 255, 254, 13, 10, 13, 10]),
      head('Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'),
      head('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
      head('Content-Length: -1\r\n\r\n'),
      head('Content-Length: 99999999999999999999999\r\n\r\n'),
      head('Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'),
      head('X-Bad: a\u0000b\r\n\r\n'),
      head(' X-Folded: a\r\n\r\n'),
    ]) expect(statusOf(await raw(text).ended), String(text)).toBe('400');
    await works();
  });

  it('gets 431 for headers without end, and 413 for a length beyond the limit without its body being read', async () => {
    expect(statusOf(await raw(head(`X-Long: ${'a'.repeat(20_000)}\r\n\r\n`)).ended)).toBe('431');
    expect(statusOf(await raw(head('Content-Length: 200000000\r\n\r\n')).ended)).toBe('413');
    await works();
  });

  it('gets answers in order for requests sent all at once on one connection', async () => {
    const one = (name: string): string => head(`Content-Length: 1\r\nX-Name: ${name}\r\n${name === 'c' ? 'Connection: close\r\n' : ''}\r\n${name}`);
    const text = await raw(one('a') + one('b') + one('c')).ended;
    expect([...text.matchAll(/"body":"(\w)"/g)].map((match) => match[1])).toEqual(['a', 'b', 'c']);
  });

  it('cannot slip a second request past its key behind a first', async () => {
    const text = await raw(`POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`, `POST /score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\nConnection: close\r\n\r\n`).ended;
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['401', '401']);
    expect(trial.gateway.measures('one')).toEqual({});
  });

  it('holds nobody up with a thousand connections that say nothing', async () => {
    const idle = Array.from({ length: 1000 }, () => raw());
    await Promise.all(idle.map(({ socket }) => new Promise((resolve) => (socket.connecting ? socket.once('connect', resolve) : resolve(undefined)))));
    await works();
    await trial.gateway.stop('one');
    await Promise.all(idle.map(({ ended }) => ended));
  });

  it('that goes away in the middle of a body, or stops reading, leaves nothing behind', async () => {
    const half = raw(head('Content-Length: 1000\r\n\r\nhalf'));
    await expect.poll(() => trial.gateway.measures('one')['blue']?.inFlight, { timeout: 20_000 }).toBe(1);
    half.socket.destroy();
    const chunked = raw(head('Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'));
    await expect.poll(() => trial.gateway.measures('one')['blue']?.inFlight, { timeout: 20_000 }).toBe(1);
    chunked.socket.destroy();
    await expect.poll(() => trial.gateway.measures('one')['blue']?.inFlight, { timeout: 20_000 }).toBe(0);
    await works();
  });

  it('cannot name a deployment, a path or an id that does harm', async () => {
    for (const name of ['__proto__', 'constructor', '../blue', 'blue ', 'a'.repeat(2000)]) expect((await trial.call('x', { headers: { 'azureml-model-deployment': name } })).status).toBe(name === 'blue ' ? 200 : 404);
    const odd = await raw(`POST http://elsewhere.example/score HTTP/1.1\r\nHost: elsewhere.example\r\nAuthorization: Bearer ${key}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`).ended;
    expect(odd).toContain('"path":"/score"');
    const id = await trial.call('x', { headers: { 'x-ms-client-request-id': 'a b<script>' } });
    expect(JSON.parse(id.text)).not.toHaveProperty('headers.x-ms-client-request-id');
    expect(statusOf(await raw(`CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n`).ended)).not.toBe('200');
    await works();
  });
});
