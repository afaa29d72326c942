import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, extname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { javascriptWorker, pythonWorker } from '../place.ts';
import type { Backend, BackendListener } from '../workers/backend.ts';
import type { WorkerCommand } from '../workers/worker.ts';
import { WorkerPool, type PoolLimits } from '../workers/worker-pool.ts';
import type { Revision } from './revision.ts';

const run = promisify(execFile);
const scripts = /\.(m|c)?(js|ts)$/;
const python = '.py';

/** True for scripts that workers of ours can run. */
export function isEntryScript(path: string): boolean {
  return extname(path) === python || scripts.test(path);
}

/** Starts what answers the requests of a revision; its environment is made first. @throws when that cannot be had. */
export async function startBackend(revision: Revision, listener: BackendListener, signal?: AbortSignal): Promise<Backend> {
  const { server, copies, concurrency, requestTimeoutMs, maxQueueWaitMs, initTimeoutMs, inFlightFactor } = revision;
  const limits: PoolLimits = { concurrency, requestTimeoutMs, initTimeoutMs, ...(maxQueueWaitMs !== undefined && { maxQueueWaitMs }), ...(inFlightFactor !== undefined && { inFlightFactor }) };
  const variables = { ...revision.variables, ...secretsOf(revision), ...(revision.modelDir !== undefined && { AZUREML_MODEL_DIR: revision.modelDir }) };
  const venv = server.prepare === undefined ? undefined : await prepare(server.prepare, variables, signal);
  return new WorkerPool(workerCommand(server, venv === undefined ? variables : insideVenv(variables, venv), venv), Math.max(1, copies.min), limits, listener);
}

function secretsOf({ secretsFile }: Revision): Record<string, string> {
  if (secretsFile === undefined) return {};
  return z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(secretsFile, 'utf8')));
}

async function prepare({ program, arguments: words }: { program: string; arguments: readonly string[] }, env: Record<string, string>, signal: AbortSignal | undefined): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, words, { env, maxBuffer: 64 * 1_048_576, ...(signal !== undefined && { signal }) });
    process.stderr.write(stderr);
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    process.stderr.write(`${said}\n`);
    throw new Error(said.split('\n').at(-1) ?? 'its environment could not be made', { cause: error });
  }
}

function insideVenv(variables: Record<string, string>, venv: string): Record<string, string> {
  const { PYTHONHOME: _home, CONDA_PREFIX: _conda, ...rest } = variables;
  return { ...rest, VIRTUAL_ENV: venv, PATH: `${join(venv, 'bin')}${delimiter}${variables['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}` };
}

function workerCommand(server: Extract<Revision['server'], { kind: 'script' }>, variables: Record<string, string>, venv: string | undefined): WorkerCommand {
  const path = resolve(server.folder, server.entryScript);
  const own = { AZUREML_ENTRY_SCRIPT: server.entryScript, AML_APP_ROOT: server.folder, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' };
  const env = { ...own, ...variables };
  if (extname(path) !== python) return { program: process.execPath, arguments: ['--no-warnings', javascriptWorker(), path], folder: server.folder, variables: env };
  const program = venv === undefined ? (server.python ?? 'python3') : join(venv, 'bin/python');
  return { program, arguments: [pythonWorker(), path], folder: server.folder, variables: env };
}
