import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayTrial, key, named, originOf } from './trial.test.support.ts';

let trial: GatewayTrial;
beforeEach(() => {
  trial = new GatewayTrial();
});
afterEach(async () => {
  await trial[Symbol.asyncDispose]();
});

type Seen = { name: string; path: string; body: string; headers: Record<string, string> };

describe('the gateway', () => {
  it('carries a request with a key to the deployment that has the traffic, and its answer back', async () => {
    await trial.serve({ blue: await trial.deployment(named('blue')) });
    const { status, headers, text } = await trial.call('{"data": [1]}', { headers: { 'content-type': 'application/json', 'x-own': 'kept' } });
    const seen = JSON.parse(text) as Seen;
    expect(status).toBe(200);
    expect(seen).toMatchObject({ name: 'blue', path: '/score', body: '{"data": [1]}', headers: { 'x-own': 'kept', 'content-type': 'application/json' } });
    expect(headers).toMatchObject({ 'azureml-model-deployment': 'blue', 'content-type': 'application/json', 'x-request-id': seen.headers['x-request-id'] });
  });

  it('answers 401 without a key and with a wrong one, and the deployment is not asked', async () => {
    let asked = 0;
    await trial.serve({ blue: await trial.deployment((_request, response) => void response.end(String((asked += 1)))) }, { keys: [key, 'second'] });
    for (const wrong of [undefined, '', 'wrong', `${key}x`, key.slice(1)]) expect((await trial.call('x', { key: wrong })).status).toBe(401);
    expect((await trial.call('x', { key: undefined, headers: { authorization: `Basic ${key}` } })).status).toBe(401);
    expect(asked).toBe(0);
    expect((await trial.call('x', { key: 'second' })).status).toBe(200);
  });

  it('neither forwards the key nor headers of the connection', async () => {
    await trial.serve({ blue: await trial.deployment(named('blue')) });
    const { text } = await trial.call('x', { headers: { connection: 'close, x-hop', 'x-hop': '1', te: 'trailers', 'proxy-authorization': 'y', 'x-ms-client-request-id': 'mine-1', 'x-request-id': 'forged' } });
    const { headers } = JSON.parse(text) as Seen;
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['authorization']));
    for (const name of ['authorization', 'x-hop', 'te', 'proxy-authorization', 'azureml-model-deployment']) expect(headers[name]).toBeUndefined();
    expect(headers['x-ms-client-request-id']).toBe('mine-1');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('splits the traffic by percent', async () => {
    const [blue, green] = [await trial.deployment(named('blue')), await trial.deployment(named('green'))];
    let turn = 0;
    await using even = new GatewayTrial({ random: () => ((turn += 1) % 100) / 100 });
    await even.serve({ blue, green }, { traffic: { blue: 90, green: 10 } });
    const names = await Promise.all(Array.from({ length: 200 }, async () => (JSON.parse((await even.call('x')).text) as Seen).name));
    expect(names.filter((name) => name === 'green')).toHaveLength(20);
  });

  it('sends what names a deployment there, whatever the traffic, and 404 for one that is not', async () => {
    await trial.serve({ blue: await trial.deployment(named('blue')), green: await trial.deployment(named('green')) });
    const direct = await trial.call('x', { headers: { 'azureml-model-deployment': 'green' } });
    expect((JSON.parse(direct.text) as Seen).name).toBe('green');
    expect((await trial.call('x', { headers: { 'azureml-model-deployment': 'red' } })).status).toBe(404);
  });

  it('answers 404 while no deployment has traffic, 503 while the one that has is not there', async () => {
    await trial.serve({ blue: await trial.deployment(named('blue')) }, { traffic: {} });
    expect((await trial.call('x')).status).toBe(404);
    await trial.serve({}, { traffic: { blue: 100 } });
    expect((await trial.call('x')).status).toBe(503);
    expect((await trial.call(undefined, { path: '/', method: 'GET', key: undefined })).status).toBe(503);
  });

  it('mirrors a share to another deployment without changing the answer', async () => {
    const copies: string[] = [];
    const green = await trial.deployment((request, response) => {
      copies.push(String(request.headers['content-length']));
      response.writeHead(500).end();
    });
    await using each = new GatewayTrial({ random: () => 0.05 });
    await each.serve({ blue: await trial.deployment(named('blue')), green }, { mirror: { green: 10 } });
    const answers = await Promise.all(Array.from({ length: 5 }, async () => await each.call('12345')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await expect.poll(() => each.gateway.measures('one')['green']?.mirrored, { timeout: 20_000 }).toBe(5);
    expect(copies).toEqual(['5', '5', '5', '5', '5']);
    expect(each.gateway.measures('one')['blue']).toMatchObject({ requests: 5, failures: 0 });
  });

  it('streams an answer bit by bit', async () => {
    const bits: (() => void)[] = [];
    await trial.serve({ blue: await trial.deployment((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      for (const text of ['one', 'two']) bits.push(() => void response.write(text));
      bits.push(() => void response.end('three'));
    }) });
    const request = httpRequest(`${trial.origin}/score`, { agent: false, method: 'POST', headers: { authorization: `Bearer ${key}` } }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    for (const text of ['one', 'two', 'three']) {
      const next = once(response, 'data');
      bits.shift()?.();
      expect(String((await next)[0])).toBe(text);
    }
  });

  it('streams a body in chunks, and refuses one that is longer than allowed with 413', async () => {
    await trial.serve({ blue: await trial.deployment(named('blue')) }, { maxBodyBytes: 200_000 });
    const post = (chunks: string[], headers: Record<string, string | number> = {}): Promise<{ status: number; text: string }> =>
      new Promise((resolve, reject) => {
        const request = httpRequest(`${trial.origin}/score`, { agent: false, method: 'POST', headers: { authorization: `Bearer ${key}`, ...headers } }, (response) => {
          let text = '';
          response.on('data', (part) => (text += String(part)));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        });
        request.on('error', reject);
        for (const chunk of chunks) request.write(chunk);
        request.end();
      });
    const whole = await post(['a'.repeat(70_000), 'b'.repeat(70_000)]);
    expect((JSON.parse(whole.text) as Seen).body).toHaveLength(140_000);
    const known = await post(['c'.repeat(150_000)], { 'content-length': 150_000 });
    expect((JSON.parse(known.text) as Seen).headers['content-length']).toBe('150000');
    expect((await post(['d'.repeat(150_000), 'd'.repeat(100_000)])).status).toBe(413);
    expect((await trial.call('x'.repeat(10), { headers: { 'content-length': '10' } })).status).toBe(200);
  });

  it('passes the status of a fault on, with the header by which Azure ML tells it', async () => {
    await trial.serve({ blue: await trial.deployment((_request, response) => void response.writeHead(500).end('{"message":"oops"}')) });
    const { status, headers, text } = await trial.call('x');
    expect([status, headers['ms-azureml-model-error-statuscode'], text]).toEqual([500, '500', '{"message":"oops"}']);
    expect(trial.gateway.measures('one')['blue']).toMatchObject({ requests: 1, failures: 1 });
  });

  it('answers 502 when the deployment breaks off, and cuts an answer that had begun', async () => {
    await trial.serve({ blue: await trial.deployment((request, response) => {
      if (request.url === '/score') request.socket.destroy();
      else {
        response.writeHead(200, { 'content-length': 100 });
        response.write('part', () => request.socket.destroy());
      }
    }) });
    expect((await trial.call('x')).status).toBe(502);
    await expect(trial.call('x', { path: '/other' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('answers 408 when the deployment takes longer than it may', async () => {
    await trial.serve({ blue: await trial.deployment(() => undefined, { requestTimeoutMs: -1_500 }) });
    expect((await trial.call('x')).status).toBe(408);
  });

  it('tells the deployment when the caller goes away', async () => {
    let isGone: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (isGone = resolve));
    let isAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    await trial.serve({ blue: await trial.deployment((_request, response) => {
      response.on('close', isGone);
      isAsked();
    }) });
    const request = httpRequest(`${trial.origin}/score`, { agent: false, method: 'POST', headers: { authorization: `Bearer ${key}` } }).end('x');
    request.on('error', () => undefined);
    await asked;
    request.destroy();
    await gone;
  });

  it('finds a deployment that moved without losing a request', async () => {
    const first = await trial.deployment(named('before'));
    const second = await trial.deployment(named('after'));
    let at = first;
    const moving = { ...first, connect: async () => await at.connect() };
    await trial.serve({ blue: moving });
    expect((JSON.parse((await trial.call('x')).text) as Seen).name).toBe('before');
    at = second;
    first.server.closeAllConnections();
    await new Promise((resolve) => first.server.close(resolve));
    const answers = await Promise.all(Array.from({ length: 20 }, async () => await trial.call('x')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect((JSON.parse(answers[0]?.text ?? '') as Seen).name).toBe('after');
  });

  it('opens the way to a new version before it leaves the old one, whose last request finishes', async () => {
    let finish: () => void = () => undefined;
    const old = await trial.deployment((_request, response) => (finish = () => void response.end('old')));
    await trial.serve({ blue: old });
    const late = trial.call('x');
    await expect.poll(() => trial.gateway.measures('one')['blue']?.inFlight, { timeout: 20_000 }).toBe(1);
    await trial.serve({ blue: await trial.deployment(named('new')) });
    await expect.poll(async () => (await trial.call('x')).text, { timeout: 20_000 }).toContain('"new"');
    expect(old.closed()).toBe(0);
    finish();
    expect((await late).text).toBe('old');
    await expect.poll(() => old.closed(), { timeout: 20_000 }).toBe(1);
  });

  it('refuses a port that belongs to another program, and takes it when it is free', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = Number(new URL(originOf(other)).port);
    await expect(trial.serve({}, { port })).rejects.toMatchObject({ code: 'conflict' });
    await new Promise((resolve) => other.close(resolve));
    expect(await trial.serve({}, { port })).toBe(port);
  });

  it('goes by new keys and a new split at once, and leaves the port free when it stops', async () => {
    const blue = await trial.deployment(named('blue'));
    const port = await trial.serve({ blue });
    await trial.serve({ blue }, { keys: ['another'] });
    expect((await trial.call('x')).status).toBe(401);
    expect((await trial.call('x', { key: 'another' })).status).toBe(200);
    await trial.gateway.stop('one');
    await expect(trial.call('x')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await trial.serve({ blue }, { port })).toBe(port);
  });

  it('answers 429 beyond the requests that may be under way', async () => {
    await using narrow = new GatewayTrial({ maxInFlight: 2 });
    const waiting: (() => void)[] = [];
    await narrow.serve({ blue: await trial.deployment((_request, response) => void waiting.push(() => void response.end())) });
    const calls = [narrow.call('x'), narrow.call('x')];
    await expect.poll(() => waiting.length, { timeout: 20_000 }).toBe(2);
    expect((await narrow.call('x')).status).toBe(429);
    for (const end of waiting) end();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('scores by a call where there is no HTTP', async () => {
    const invoke = async ({ body, contentType }: { body: Uint8Array; contentType: string }) => ({ status: 200, contentType, headers: { 'x-revision': '3' }, body });
    await trial.serve({ edge: { version: '1', scoringRoute: '/score', requestTimeoutMs: 1000, connect: async () => ({ none: { code: 'no-http', text: 'no network' } }), invoke } });
    const { status, text, headers } = await trial.call('echo', { headers: { 'content-type': 'text/plain' } });
    expect([status, text, headers['content-type'], headers['x-revision']]).toEqual([200, 'echo', 'text/plain', '3']);
  });

  it('means the scoring route of the deployment by /score, and passes other paths on', async () => {
    await trial.serve({ blue: await trial.deployment(named('blue'), { scoringRoute: '/v1/models/m:predict' }) });
    expect((JSON.parse((await trial.call('x', { path: '/score?q=1' })).text) as Seen).path).toBe('/v1/models/m:predict?q=1');
    expect((JSON.parse((await trial.call(undefined, { path: '/swagger.json', method: 'GET' })).text) as Seen).path).toBe('/swagger.json');
  });
});
