import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAzureEmulator, type AzureEmulator } from '@destino/azure-emulator';

const script = resolve(import.meta.dirname, '../../../tools/testbed/az.sh');
const state = mkdtempSync(join(tmpdir(), 'az-'));
const env = { ...process.env, TESTBED_STATE: state };
const execute = promisify(execFile);

/** The real `az`: what it prints. */
async function az(...words: string[]): Promise<string> {
  return (await execute(script, ['run', ...words], { env, timeout: 120_000 })).stdout.trim();
}

/** A command line under a terminal of its own, fed with these lines. */
async function typed(words: string[], lines: readonly string[]): Promise<string> {
  const command = [script, 'run', ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...env, TERM: 'xterm', COLUMNS: '80', LINES: '24' }, stdio: 'pipe' });
  const closed = new Promise((done) => child.once('close', done));
  child.stdin.on('error', () => undefined); // it may have ended before the last line
  let heard = '';
  child.stdout.on('data', (chunk: Buffer) => (heard += chunk.toString('utf8')));
  await new Promise((done) => setTimeout(done, 6000));
  for (const line of lines) {
    child.stdin.write(`${line}\r`);
    await new Promise((done) => setTimeout(done, 1000));
  }
  child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGTERM'), 30_000);
  await closed;
  clearTimeout(timer);
  return heard;
}

describe('az of Debian', () => {
  let emulator: AzureEmulator;
  beforeAll(async () => {
    emulator = await startAzureEmulator({ timeScale: 20, runner: 'process' });
    const { url, caFile, tenantId, clientId, clientSecret } = emulator;
    await execute(script, ['login', url, caFile, tenantId, clientId, clientSecret], { env });
  });
  afterAll(async () => {
    await emulator[Symbol.asyncDispose]();
    rmSync(state, { recursive: true, force: true });
  });

  it('signs in, makes a resource group, and takes container groups through their whole life', async () => {
    expect(await az('group', 'create', '-n', 'demo', '-l', 'westeurope', '--query', 'properties.provisioningState', '-o', 'tsv')).toBe('Succeeded');
    expect(await az('group', 'list', '--query', '[].name', '-o', 'tsv')).toBe('demo');
    const command = ['/bin/sh', '-c', '"echo hello from az; sleep 600"'].join(' ');
    const created = await az('container', 'create', '-g', 'demo', '-n', 'web', '--image', 'alpine:3', '--command-line', command, '--cpu', '1', '--memory', '1', '--os-type', 'Linux', '--secure-environment-variables', 'TOKEN=planted', '--query', 'provisioningState', '-o', 'tsv');
    expect(created).toBe('Succeeded');
    expect(await az('container', 'list', '-g', 'demo', '--query', '[].name', '-o', 'tsv')).toBe('web');
    const shown = await az('container', 'show', '-g', 'demo', '-n', 'web');
    expect((JSON.parse(shown) as { instanceView: { state: string } }).instanceView.state).toBe('Running');
    expect(shown).not.toContain('planted');
    expect(await az('container', 'logs', '-g', 'demo', '-n', 'web')).toBe('hello from az');
    expect(await typed(['container', 'exec', '-g', 'demo', '-n', 'web', '--exec-command', '/bin/sh'], ['echo $((6*7))', 'exit'])).toContain('42');
    await az('container', 'restart', '-g', 'demo', '-n', 'web');
    await az('container', 'stop', '-g', 'demo', '-n', 'web');
    expect(await az('container', 'show', '-g', 'demo', '-n', 'web', '--query', 'instanceView.state', '-o', 'tsv')).toBe('Stopped');
    await az('container', 'start', '-g', 'demo', '-n', 'web');
    expect(await az('container', 'show', '-g', 'demo', '-n', 'web', '--query', 'instanceView.state', '-o', 'tsv')).toBe('Running');
    await az('container', 'delete', '-g', 'demo', '-n', 'web', '--yes', '-o', 'none');
    expect(await az('container', 'list', '-g', 'demo', '--query', '[].name', '-o', 'tsv')).toBe('');
    await az('group', 'delete', '-n', 'demo', '--yes');
    expect(await az('group', 'exists', '-n', 'demo')).toBe('false');
  });
});
