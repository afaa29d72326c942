import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMetrics, type JobMetrics } from './metrics/index.ts';
import { trackingArguments, trackingEnvironment, trackingScript } from './tracking.ts';

const token = 'a-token';
let root = '';
let server: ChildProcess | undefined;
let address = '';

const at = (name: string): string => path.join(root, name);

beforeEach(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'destino-tracking-'));
  writeFileSync(at('tracking.py'), trackingScript().script);
  await start();
});
afterEach(() => {
  server?.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

async function start(metrics = at('metrics.jsonl')): Promise<void> {
  const paths = { script: at('tracking.py'), metrics, artifacts: at('outputs'), ready: at('ready') };
  server = spawn('python3', trackingArguments(paths, { id: 'job1', name: 'my job', experiment: 'exp' }), { env: { ...process.env, DESTINO_TRACKING_TOKEN: token }, stdio: 'ignore' });
  address = (await appears(at('ready'))).trim();
}

async function appears(file: string): Promise<string> {
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
  return readFileSync(file, 'utf8');
}

type Answer = { status: number; text: string; json: () => unknown };

async function ask(method: string, route: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const data = body instanceof Uint8Array ? Buffer.from(body) : typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const response = await fetch(`${address}${route}`, { method, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers }, ...(data !== undefined && { body: data }) });
  const text = await response.text();
  return { status: response.status, text, json: () => JSON.parse(text) as unknown };
}

const call = async (method: string, verb: string, body?: unknown): Promise<unknown> => (await ask(method, `/api/2.0/mlflow/${verb}`, body)).json();
const reported = (): JobMetrics => readMetrics(readFileSync(at('metrics.jsonl'), 'utf8'));
const own = (): JobMetrics['runs'][0] | undefined => reported().runs[0];

describe('the tracking server beside a job', () => {
  it('takes what an unchanged script reports through the MLflow client', async () => {
    expect(await call('GET', 'experiments/get-by-name?experiment_name=my%20experiment')).toMatchObject({ experiment: { experiment_id: '0', name: 'my experiment', lifecycle_stage: 'active' } });
    expect(await call('GET', 'runs/get?run_uuid=job1&run_id=job1')).toMatchObject({ run: { info: { run_id: 'job1', experiment_id: '0', status: 'RUNNING', artifact_uri: 'mlflow-artifacts:/' } } });
    expect(await call('POST', 'runs/update', { run_uuid: 'job1', run_id: 'job1', status: 'RUNNING' })).toMatchObject({ run_info: { status: 'RUNNING' } });
    expect(await call('POST', 'runs/log-parameter', { run_uuid: 'job1', run_id: 'job1', key: 'lr', value: '0.1' })).toEqual({});
    await call('POST', 'runs/log-metric', { run_uuid: 'job1', run_id: 'job1', key: 'loss', value: 0.5, timestamp: 1700000000000, step: 0 });
    await call('POST', 'runs/log-metric', { run_uuid: 'job1', run_id: 'job1', key: 'loss', value: 'NaN', timestamp: 1700000000001, step: 1 });
    await call('POST', 'runs/log-batch', {
      run_id: 'job1',
      metrics: [{ key: 'loss', value: 0.25, timestamp: 1700000000002, step: 2 }, { key: 'acc', value: 'Infinity', timestamp: 1700000000002, step: 2 }],
      params: [{ key: 'epochs', value: '3' }],
      tags: [{ key: 'mlflow.autologging', value: 'sklearn' }],
    });
    await call('POST', 'runs/set-tag', { run_uuid: 'job1', run_id: 'job1', key: 'note', value: 'é\n日本' });
    await call('POST', 'runs/set-tag', { run_uuid: 'job1', run_id: 'job1', key: 'gone', value: 'x' });
    await call('POST', 'runs/delete-tag', { run_id: 'job1', key: 'gone' });
    await call('POST', 'runs/update', { run_uuid: 'job1', run_id: 'job1', status: 'FINISHED', end_time: 1700000000009 });
    expect(own()).toMatchObject({
      status: 'FINISHED',
      params: { lr: '0.1', epochs: '3' },
      metrics: {
        loss: [{ value: 0.5, step: 0, timeMs: 1700000000000 }, { value: Number.NaN, step: 1 }, { value: 0.25, step: 2 }],
        acc: [{ value: Number.POSITIVE_INFINITY, step: 2 }],
      },
    });
    expect(own()?.tags).toEqual(Object.assign(Object.create(null), { 'mlflow.autologging': 'sklearn', note: 'é\n日本' }));
    const answer = (await call('GET', 'runs/get?run_id=job1')) as { run: { data: unknown; info: unknown } };
    expect(answer.run.info).toMatchObject({ status: 'FINISHED', end_time: 1700000000009 });
    expect(answer.run.data).toMatchObject({ metrics: [{ key: 'loss', value: 0.25, step: 2 }, { key: 'acc', value: 'Infinity' }], params: [{ key: 'lr', value: '0.1' }, { key: 'epochs' }] });
    expect(await call('GET', 'metrics/get-history?run_id=job1&run_uuid=job1&metric_key=loss')).toMatchObject({ metrics: [{ value: 0.5 }, { value: 'NaN' }, { value: 0.25 }] });
  });

  it('keeps other runs apart, finds them, and answers the same under /ajax-api', async () => {
    const made = (await call('POST', 'runs/create', { experiment_id: '0', user_id: 'me', start_time: 1700000000000, run_name: 'child', tags: [{ key: 'mlflow.parentRunId', value: 'job1' }] })) as {
      run: { info: { run_id: string; artifact_uri: string } };
    };
    const { run_id: id, artifact_uri: uri } = made.run.info;
    expect([id.length, uri]).toEqual([32, `mlflow-artifacts:/runs/${id}`]);
    await ask('POST', '/ajax-api/2.0/mlflow/runs/log-metric', { run_id: id, key: 'm', value: 1, timestamp: 1, step: 0 });
    expect(reported().runs[1]).toMatchObject({ run: id, name: 'child', tags: { 'mlflow.parentRunId': 'job1' }, metrics: { m: [{ value: 1 }] } });
    expect(await call('POST', 'runs/search', { experiment_ids: ['0'], max_results: 10, run_view_type: 'ACTIVE_ONLY' })).toMatchObject({ runs: [{ info: { run_id: 'job1' } }, { info: { run_id: id } }] });
    expect(await call('POST', 'experiments/create', { name: 'new' })).toEqual({ experiment_id: '0' });
    expect(await call('GET', 'experiments/get?experiment_id=0')).toMatchObject({ experiment: { name: 'new' } });
    expect([(await ask('GET', '/health')).text, (await ask('GET', '/version')).status]).toEqual(['OK', 200]);
  });

  it('takes artifacts and models into the outputs folder, whole or not at all', async () => {
    const artifacts = '/api/2.0/mlflow-artifacts/artifacts';
    const bytes = new Uint8Array(3_000_000).fill(5);
    expect((await ask('PUT', `${artifacts}/plots/a%20b.png`, bytes)).status).toBe(200);
    expect(statSync(at('outputs/plots/a b.png')).size).toBe(3_000_000);
    await chunkedPut(`${artifacts}/chunked.txt`, ['one ', 'two']);
    expect(readFileSync(at('outputs/chunked.txt'), 'utf8')).toBe('one two');
    expect((await ask('GET', `${artifacts}?path=plots`)).json()).toEqual({ files: [{ path: 'a b.png', is_dir: false, file_size: 3_000_000 }] });
    expect((await ask('GET', `${artifacts}/chunked.txt`)).text).toBe('one two');
    const made = (await call('POST', 'logged-models', { experiment_id: '0', name: 'model', source_run_id: 'job1' })) as { model: { info: { model_id: string } } };
    const id = made.model.info.model_id;
    expect((await ask('PATCH', `/api/2.0/mlflow/logged-models/${id}`, { model_id: id, status: 'LOGGED_MODEL_READY' })).json()).toMatchObject({ model: { info: { name: 'model', status: 'LOGGED_MODEL_READY' } } });
    expect(reported().artifacts.map((artifact) => artifact.path)).toEqual(['plots/a b.png', 'chunked.txt']);
    expect(readdirSync(at('outputs')).sort()).toEqual(['chunked.txt', 'plots']);
  });

  it('writes no artifact outside of the outputs folder', async () => {
    mkdirSync(at('outputs'));
    mkdirSync(at('elsewhere'));
    symlinkSync(at('elsewhere'), at('outputs/link'));
    for (const name of ['../x', '%2e%2e/x', 'a/%2e%2e/%2e%2e/x', 'link/x', '..%2fx', '', 'a%00b']) {
      expect([400, 404]).toContain((await raw('PUT', `/api/2.0/mlflow-artifacts/artifacts/${name}`, 'x')).status);
    }
    expect([readdirSync(at('elsewhere')), readdirSync(at('outputs')), existsSync(at('x'))]).toEqual([[], ['link'], false]);
  });

  it('answers a client whose body it refuses to read', async () => {
    for (let time = 0; time < 5; time += 1) expect((await raw('PUT', '/api/2.0/mlflow-artifacts/artifacts/../x', 'x'.repeat(3_000_000))).status).toBe(400);
  });

  it('lets a script go on that asks for what it does not have, and notes it', async () => {
    expect(await call('POST', 'traces/start', { a: 1 })).toEqual({});
    expect(await call('POST', 'traces/start', { a: 1 })).toEqual({});
    expect((await ask('GET', '/api/3.0/mlflow/server-info')).status).toBe(404);
    expect(reported().unsupported).toEqual(['POST traces/start', 'GET server-info']);
    await call('POST', 'runs/log-metric', { run_id: 'job1', key: 'm', value: 'rubbish', timestamp: 1 });
    await call('POST', 'runs/log-metric', { run_id: 'made-elsewhere', key: 'm', value: 1, timestamp: 1 });
    expect(reported().runs[1]).toMatchObject({ run: 'made-elsewhere', metrics: { m: [{ value: 1 }] } });
  });

  it('answers a client even when nothing can be written any more', async () => {
    server?.kill('SIGKILL');
    rmSync(at('ready'));
    await start(at('no/such/folder/metrics.jsonl'));
    expect(await call('POST', 'runs/log-metric', { run_id: 'job1', key: 'm', value: 1, timestamp: 1 })).toEqual({});
    writeFileSync(at('outputs'), 'a file, no folder');
    expect((await ask('PUT', '/api/2.0/mlflow-artifacts/artifacts/a', 'x')).status).toBe(200);
    expect((await ask('GET', '/health')).text).toBe('OK');
  });

  it('is for the job alone: other hosts, a wrong token and malformed requests are refused, and it goes on', async () => {
    expect((await ask('GET', '/health', undefined, { Authorization: 'Bearer other' })).status).toBe(401);
    expect((await raw('GET', '/health', undefined, { Host: 'evil.example' })).status).toBe(403);
    expect((await ask('POST', '/api/2.0/mlflow/runs/log-metric', '{"run_id":')).status).toBe(400);
    expect((await ask('POST', '/api/2.0/mlflow/runs/log-batch', '{"metrics":[1],"tags":5}')).status).toBe(400);
    expect((await ask('GET', '/etc/passwd')).status).toBe(404);
    expect((await ask('GET', '/health')).status).toBe(200);
    expect(trackingEnvironment(`${address}\n`, 'job1', token)).toMatchObject({ MLFLOW_TRACKING_URI: address, MLFLOW_RUN_ID: 'job1', MLFLOW_TRACKING_TOKEN: token });
  });

  it('keeps every line whole under many clients at once', async () => {
    const clients = Array.from({ length: 8 }, (_, client) => client);
    await Promise.all(
      clients.map(async (client) => {
        for (let step = 0; step < 50; step += 1) await call('POST', 'runs/log-metric', { run_id: 'job1', key: `m${client}`, value: step, timestamp: step, step });
      }),
    );
    const { runs, badLines } = reported();
    expect([badLines, clients.map((client) => runs[0]?.metrics[`m${client}`]?.length)]).toEqual([[], clients.map(() => 50)]);
  });

  it('ends when the process that started it is gone', async () => {
    const script = `const { spawn } = require('node:child_process');
      const child = spawn('python3', ${JSON.stringify(trackingArguments({ script: at('tracking.py'), metrics: at('m'), artifacts: at('o'), ready: at('ready2') }, { id: 'x' }))}, { stdio: 'ignore', detached: true });
      console.log(child.pid); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [pidText] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(pidText.toString());
    await appears(at('ready2'));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** A request whose path and host go out as they are. */
async function raw(method: string, target: string, body?: string, headers: Record<string, string> = {}): Promise<{ status: number }> {
  const { hostname, port } = new URL(address);
  const request = http.request({ method, hostname, port, path: target, headers: { Authorization: `Bearer ${token}`, ...headers } });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  return { status: response.statusCode ?? 0 };
}

async function chunkedPut(target: string, pieces: readonly string[]): Promise<void> {
  const { hostname, port } = new URL(address);
  const request = http.request({ method: 'PUT', hostname, port, path: target, headers: { Authorization: `Bearer ${token}` } });
  for (const piece of pieces) request.write(piece);
  request.end();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(200);
}
