import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Handle, OutputFile } from '@destino/core/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHandle } from '../src/handle.ts';
import { Trial, searchPath, spec } from './trial.ts';

let trial: Trial;
beforeEach(() => {
  trial = new Trial();
});
afterEach(() => trial.dispose());

async function outputs(handle: Handle): Promise<OutputFile[]> {
  return await Array.fromAsync(trial.jobs.outputs(handle));
}

async function textOf(handle: Handle, file: OutputFile): Promise<string> {
  const chunks = await Array.fromAsync(trial.jobs.fetchOutput?.(handle, file) ?? []);
  return Buffer.concat(chunks).toString();
}

/** A PATH on which `python3` is a shell script. */
function withPython(script: string): string {
  const bin = join(trial.dir, 'bin');
  mkdirSync(bin);
  for (const name of ['python', 'python3']) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return `${bin}:${searchPath}`;
}

const metrics: OutputFile = { output: 'destino.metrics', path: 'metrics.jsonl', sizeBytes: 0, kept: 'target' };
/** Answers the start of a server with an address; tells else what it was called with. */
const server = `case $* in *--ready*) while [ "$1" != --ready ]; do shift; done; echo http://127.0.0.1:9 >"$2" ;; *) echo "$MLFLOW_TRACKING_URI $MLFLOW_RUN_ID \${MLFLOW_TRACKING_TOKEN:+token}\${DESTINO_TRACKING_TOKEN:-}" ;; esac`;

describe('the metrics of a local job', () => {
  it('are the lines it appends to a file, read while it runs and after its release', async () => {
    const handle = await trial.submit(spec('echo \'{"metric":"loss","value":1}\' >>"$DESTINO_METRICS_FILE"; echo there; until [ -e go ]; do sleep 0.02; done'));
    const { folder } = readHandle(handle);
    await trial.until(handle, () => existsSync(join(folder, 'stdout')) && readFileSync(join(folder, 'stdout'), 'utf8') === 'there\n');
    expect(await textOf(handle, metrics)).toBe('{"metric":"loss","value":1}\n');
    writeFileSync(join(folder, 'work/go'), '');
    await trial.ended(handle);
    expect(await outputs(handle)).toMatchObject([{ output: 'destino.metrics', path: 'metrics.jsonl', sizeBytes: 28 }]);
    await trial.jobs.release(handle);
    expect(await textOf(handle, metrics)).toBe('{"metric":"loss","value":1}\n');
  });

  it('are no output of a job that reported none, and leave nothing behind', async () => {
    const handle = await trial.submit(spec('true'));
    await trial.ended(handle);
    expect(await outputs(handle)).toEqual([]);
    await expect(textOf(handle, metrics)).rejects.toMatchObject({ code: 'not-found' });
    await trial.jobs.release(handle);
    expect(existsSync(join(readHandle(handle).folder, 'metrics'))).toBe(false);
  });
});

describe('the tracking server of a local job', () => {
  it('is told to a job that is Python, by the variables that clients of MLflow read', async () => {
    const handle = await trial.submit(spec('python train', { baseVariables: { PATH: withPython(server) } }));
    expect(await trial.ended(handle)).toMatchObject({ state: 'succeeded' });
    expect(await trial.log(handle)).toBe('http://127.0.0.1:9 trial token\n');
  });

  it.each([
    ['a job that is no Python', 'env', {}, false],
    ['Python by its path', '/opt/venv/bin/python3.11 x; env', {}, true],
    ['a shell script beside Python files', 'env', { files: { 'run/train.py': '' } }, true],
    ['a word that only begins like it', 'pythonic || env', {}, false],
    ['any job whose variable says always', 'env', { variables: { DESTINO_TRACKING: 'always' } }, true],
    ['any job whose tag says always', 'env', { tags: { 'destino.tracking': 'always' } }, true],
    ['Python that says never', 'true python; env', { variables: { DESTINO_TRACKING: 'never' } }, false],
    ['Python with a tracking server of its own', 'true python; env', { variables: { MLFLOW_TRACKING_URI: 'http://own' } }, false],
  ])('stands by as it should: %s', async (_, command, { files, ...rest }: { files?: Record<string, string>; variables?: Record<string, string>; tags?: Record<string, string> }, there) => {
    const snapshot = files === undefined ? {} : { snapshot: trial.context.addSnapshot(files) };
    const handle = await trial.submit(spec(command, { ...rest, ...snapshot, baseVariables: { PATH: withPython(server) } }));
    await trial.ended(handle);
    expect((await trial.log(handle)).includes('MLFLOW_TRACKING_URI=http://127.0.0.1:9')).toBe(there);
  });

  it('that cannot start is told in the log of Destino; of the job, neither log nor end know', async () => {
    const handle = await trial.submit(spec('echo works # python', { baseVariables: { PATH: withPython('echo broken python >&2; exit 1') } }));
    expect(await trial.ended(handle)).toMatchObject({ state: 'succeeded', reasons: [] });
    expect([await trial.log(handle), await trial.log(handle, 'stderr')]).toEqual(['works\n', '']);
    await trial.jobs.release(handle);
    const [line] = trial.context.lines.filter(({ event }) => event === 'local.tracking');
    expect(line?.fields['text']).toBe('broken python\nthe tracking server was not ready within a second');
  });

  it('does not see the secrets of the job', async () => {
    trial.context.secretValues.set('key', 'planted');
    const path = withPython(`env >"$0.seen"\n${server}`);
    const handle = await trial.submit(spec('echo "$API_KEY" # python', { secrets: { API_KEY: { secret: 'key' } }, baseVariables: { PATH: path } }));
    await trial.ended(handle);
    expect(await trial.log(handle)).toBe('planted\n');
    expect(readFileSync(join(trial.dir, 'bin/python3.seen'), 'utf8')).not.toContain('planted');
  });
});
