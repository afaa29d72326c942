/**
 * What the gateway adds to a request: the same small JSON asked of a service directly and through an endpoint, in turn,
 * over one kept connection each, then by several clients at once. Service, gateway and client are processes of their own.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createGateway } from '@destino/gateway';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { requests: { type: 'string', default: '4000' }, clients: { type: 'string', default: '16' }, json: { type: 'boolean', default: false } } });
const key = 'bench-key';
const body = JSON.stringify({ data: [[5.1, 3.5, 1.4, 0.2]] });
const answer = JSON.stringify({ kind: 'setosa', chances: [0.98, 0.01, 0.01], about: 'x'.repeat(900) });

type Way = { origin: string; agent: Agent; headers: Record<string, string> };

function call({ origin, agent, headers }: Way): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${origin}/score`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === 200 ? resolve(performance.now() - start) : reject(new Error(`status ${response.statusCode}`))));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * share)] ?? Number.NaN;
}

async function part(name: string, ...words: string[]): Promise<{ process: ChildProcess; origin: string }> {
  const process = fork(import.meta.filename, [name, ...words], { execArgv: ['--no-warnings', '--conditions=@destino/source'] });
  const [origin] = (await once(process, 'message')) as [string];
  return { process, origin };
}

async function service(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

async function gateway(origin: string): Promise<void> {
  const nothing = (): void => undefined;
  const host = createGateway({ logger: { debug: nothing, info: nothing, warn: nothing } });
  const upstream = { version: '1', scoringRoute: '/score', requestTimeoutMs: 5000, connect: async () => ({ origin, close: async () => undefined }) };
  const served = await host.serve('bench', { name: 'bench', avoid: [], keys: [key], traffic: { blue: 100 }, mirror: {}, upstreams: new Map([['blue', upstream]]) });
  process.send?.(served.origin);
}

async function throughput(way: Way, requests: number, clients: number): Promise<number> {
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, async () => {
    for (let count = 0; count < requests / clients; count += 1) await call(way);
  }));
  return (requests * 1000) / (performance.now() - start);
}

async function measure(): Promise<void> {
  const behind = await part('service');
  const front = await part('gateway', behind.origin);
  const clients = Number(values.clients);
  const way = (origin: string): Way => ({ origin, agent: new Agent({ keepAlive: true, maxSockets: clients }), headers: { 'content-type': 'application/json', 'content-length': String(body.length), authorization: `Bearer ${key}` } });
  const [direct, through] = [way(behind.origin), way(front.origin)];
  const times = { direct: [] as number[], through: [] as number[] };
  try {
    for (let count = 0; count < 500; count += 1) await Promise.all([call(direct), call(through)]);
    for (let count = 0; count < Number(values.requests); count += 1) {
      times.direct.push(await call(direct));
      times.through.push(await call(through));
    }
    const at = (share: number): number => percentile(times.through, share) - percentile(times.direct, share);
    const rates = { direct: await throughput(direct, 8000, clients), through: await throughput(through, 8000, clients) };
    const result = { directP50Ms: percentile(times.direct, 0.5), throughP50Ms: percentile(times.through, 0.5), addedP50Ms: at(0.5), addedP99Ms: at(0.99), directPerSecond: rates.direct, throughPerSecond: rates.through };
    if (values.json) console.log(JSON.stringify(result));
    else {
      console.log(`one client: directly p50 ${result.directP50Ms.toFixed(3)} ms, through an endpoint ${result.throughP50Ms.toFixed(3)} ms: ${result.addedP50Ms.toFixed(3)} ms added at p50 (bar 0.3), ${result.addedP99Ms.toFixed(3)} ms at p99`);
      console.log(`${clients} clients, of which this process is all: directly ${rates.direct.toFixed(0)} requests/s, through an endpoint ${rates.through.toFixed(0)}; ratio ${(rates.through / rates.direct).toFixed(2)}`);
    }
  } finally {
    for (const { agent } of [direct, through]) agent.destroy();
    for (const { process: child } of [front, behind]) child.kill();
  }
}

const [role, origin = ''] = positionals;
await (role === 'service' ? service() : role === 'gateway' ? gateway(origin) : measure());
