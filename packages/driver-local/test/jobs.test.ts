import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDestinoError } from '@destino/core/errors';
import type { OutputFile } from '@destino/core/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHandle } from '../src/handle.ts';
import { Trial, freshKey, jobsOf, searchPath, spec } from './trial.ts';

describe('local jobs', () => {
  let trial: Trial;
  beforeEach(() => {
    trial = new Trial({ cores: 2 });
  });
  afterEach(() => trial.dispose());

  it('run the command on a copy of the code, to the end', async () => {
    const snapshot = trial.context.addSnapshot({ 'train.sh': 'echo trained; cat "data dir/ä.txt"', 'data dir/ä.txt': 'inside' });
    const handle = await trial.submit(spec('sh train.sh; echo oops >&2', { snapshot }));
    const view = await trial.ended(handle);
    expect(view).toMatchObject({ state: 'succeeded', exits: [{ node: 0, code: 0, cause: 'exit' }] });
    expect(view.startedAt).toBeDefined();
    expect(await trial.log(handle)).toBe('trained\ninside');
    expect(await trial.log(handle, 'stderr')).toBe('oops\n');
  });

  it('report a failure as data, a missing command as its own exit', async () => {
    const failed = await trial.ended(await trial.submit(spec('exit 7')));
    expect(failed).toMatchObject({ state: 'failed', exits: [{ code: 7, cause: 'exit' }] });
    const missing = await trial.ended(await trial.submit(spec('no-such-program')));
    expect(missing).toMatchObject({ state: 'failed', exits: [{ code: 127, cause: 'exit' }] });
    const killed = await trial.ended(await trial.submit(spec('kill -KILL $$')));
    expect(killed).toMatchObject({ state: 'failed', exits: [{ code: 137, signal: 'SIGKILL', cause: 'signal' }] });
  });

  it('refuse a snapshot that is not there before anything runs', async () => {
    await expect(trial.submit(spec('true', { snapshot: 'nowhere' }))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('run once for one key, from two processes at once and again later', async () => {
    const job = spec('echo ran');
    const key = freshKey();
    const others = [trial, trial, trial].map(() => jobsOf(trial.open()));
    const handles = await Promise.all(others.map(async (jobs) => await jobs.submit(job, { key, fence: 1 })));
    expect(new Set(handles.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const handle = await trial.submit(job, key);
    await trial.ended(handle);
    await trial.submit(job, key);
    expect(await trial.log(handle)).toBe('ran\n');
  });

  it('are found by key, from any process of this machine, and not before they were submitted', async () => {
    const key = freshKey();
    expect(await trial.jobs.find(key)).toEqual({ found: false, conclusive: true });
    await trial.jobs.stage?.(spec('true'), { key, fence: 1 });
    expect(await trial.jobs.find(key)).toEqual({ found: false, conclusive: true });
    const handle = await trial.submit(spec('true'), key);
    expect(await jobsOf(trial.open()).find(key)).toEqual({ found: true, handle });
  });

  it('see exactly their variables, the base list, and what Azure’s scripts look for', async () => {
    const job = spec('env -0', {
      name: 'my run',
      baseVariables: { PATH: searchPath, HOME: '/home/x' },
      variables: { EPOCHS: '3', 'odd.name': 'a b' },
      inputs: { data: { type: 'uri_folder', mode: 'ro_mount', source: { from: 'path', path: '/data/x y' } } },
      outputs: { model: { type: 'uri_folder', mode: 'rw_mount' } },
    });
    const handle = await trial.submit(job);
    await trial.ended(handle);
    const seen = Object.fromEntries((await trial.log(handle)).split('\0').filter(Boolean).map((pair) => pair.split(/=([\s\S]*)/, 2)));
    expect(seen).toMatchObject({
      EPOCHS: '3',
      HOME: '/home/x',
      AZUREML_RUN_ID: 'my run',
      AZUREML_ARM_WORKSPACE_NAME: 'trial',
      AZURE_ML_INPUT_data: '/data/x y',
      DESTINO_KEY: handle.id,
    });
    expect(seen['PATH']?.endsWith(searchPath)).toBe(true);
    expect(existsSync(seen['DESTINO_CHECKPOINT_DIR'] ?? '')).toBe(true);
    expect(existsSync(seen['AZURE_ML_OUTPUT_model'] ?? '')).toBe(true);
    expect(Object.keys(seen).filter((name) => /npm|vitest|^DESTINO_ROOT/i.test(name))).toEqual([]);
  });

  it('get the checkpoint folder of the attempt before', async () => {
    await trial.ended(await trial.submit(spec('echo 5 > "$DESTINO_CHECKPOINT_DIR/epoch"', { name: 'long' })));
    const handle = await trial.submit(spec('cat "$DESTINO_CHECKPOINT_DIR/epoch"', { name: 'long' }));
    await trial.ended(handle);
    expect(await trial.log(handle)).toBe('5\n');
  });

  it('get places rendered for where they stand in the command', async () => {
    const data = trial.context.addSnapshot({ "it's $one.csv": 'content' });
    const command = ['cat ', { input: 'data' }, '; echo "', { output: 'model' as const, quote: 'double' as const }, '" > ', { output: 'model' }, "/p; echo '", { input: 'data', quote: 'single' as const }, "'"];
    const job = spec('', { inputs: { data: { type: 'uri_file', mode: 'download', source: { from: 'snapshot', hash: data } } }, outputs: { model: { type: 'uri_folder', mode: 'upload' } } });
    const handle = await trial.submit({ ...job, command: command.map((part) => (typeof part === 'string' ? part : { quote: 'bare' as const, ...part })) });
    await trial.ended(handle);
    const { folder } = readHandle(handle);
    expect(await trial.log(handle)).toBe(`content${join(folder, 'inputs/data', "it's $one.csv")}\n`);
    expect(readFileSync(join(folder, 'named/model/p'), 'utf8')).toBe(`${join(folder, 'named/model')}\n`);
  });

  it('are given secrets by a file that is gone before the command begins', async () => {
    trial.context.secretValues.set('hf', "s3cr'et\nvalue");
    const handle = await trial.submit(spec('printf %s "$HF_TOKEN"; tr "\\0" " " < /proc/$$/cmdline >&2; sleep 0.3', { secrets: { HF_TOKEN: { secret: 'hf' } } }));
    await trial.until(handle, ({ state }) => state === 'running');
    await trial.ended(handle);
    expect(await trial.log(handle)).toBe("s3cr'et\nvalue");
    expect(await trial.log(handle, 'stderr')).not.toContain('s3cr');
    const { folder } = readHandle(handle);
    const left = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== 'stdout');
    for (const entry of left) expect(readFileSync(join(entry.parentPath, entry.name), 'utf8')).not.toContain("s3cr");
    expect(JSON.stringify(handle)).not.toContain('s3cr');
  });

  it('find `python` where the machine has only python3', async () => {
    const bin = join(trial.dir, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'python3'), '#!/bin/sh\necho "python3 $*"\n', { mode: 0o755 });
    for (const tool of ['bash', 'sh', 'echo']) writeFileSync(join(bin, tool), `#!/bin/sh\nexec /bin/${tool} "$@"\n`, { mode: 0o755 });
    const handle = await trial.submit(spec('python train.py', { baseVariables: { PATH: bin } }));
    await trial.ended(handle);
    expect(await trial.log(handle)).toBe('python3 train.py\n');
  });

  it('end at their time-out, by the helper', async () => {
    const view = await trial.ended(await trial.submit(spec('sleep 100', { timeoutMs: 200, graceMs: 500 })));
    expect(view).toMatchObject({ state: 'failed', exits: [{ cause: 'timeout', signal: 'SIGTERM' }] });
  });

  it('work in the folder itself when asked to', async () => {
    const folder = join(trial.dir, 'project');
    mkdirSync(folder);
    const handle = await trial.submit(spec('echo here > made', { inPlace: folder }));
    await trial.ended(handle);
    expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('here\n');
  });

  it('never write through into the content they were copied from', async () => {
    const snapshot = trial.context.addSnapshot({ 'a.txt': 'as it was' });
    await trial.ended(await trial.submit(spec('echo changed > a.txt', { snapshot })));
    const handle = await trial.submit(spec('cat a.txt', { snapshot }));
    await trial.ended(handle);
    expect(await trial.log(handle)).toBe('as it was');
  });

  it('list what they left with size and hash, and hand it out from any byte', async () => {
    const job = spec('echo model > outputs/m.bin; mkdir outputs/sub; : > "outputs/sub/ü x"; ln -s /etc/passwd outputs/link; echo m > "$OUT/w"', {
      outputs: { model: { type: 'uri_folder', mode: 'rw_mount' }, report: { type: 'uri_file', mode: 'upload' } },
    });
    const command = ['OUT=', { output: 'model', quote: 'bare' as const }, '; ', ...job.command, '; echo r > ', { output: 'report', quote: 'bare' as const }];
    const handle = await trial.submit({ ...job, command });
    await trial.ended(handle);
    const outputs = await collect(trial.jobs.outputs(handle));
    expect(outputs.map(({ output, path, sizeBytes, kept }) => [output, path, sizeBytes, kept])).toEqual([
      ['outputs', 'm.bin', 6, 'target'],
      ['outputs', 'sub/ü x', 0, 'target'],
      ['model', 'w', 2, 'target'],
      ['report', 'report', 2, 'target'],
    ]);
    expect(outputs[1]?.hash).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const [model, , , report] = outputs;
    if (model === undefined || report === undefined) throw new Error('no outputs');
    expect(await bytes(trial, handle, model, 2)).toBe('del\n');
    expect(await bytes(trial, handle, report, 0)).toBe('r\n');
    await expect(bytes(trial, handle, { ...model, path: 'link' }, 0)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(bytes(trial, handle, { ...model, path: '../a.txt' }, 0)).rejects.toSatisfy((error) => isDestinoError(error));
    await trial.jobs.release(handle);
    expect(await bytes(trial, handle, model, 0)).toBe('model\n');
  });

  it('are released without their log and outputs, twice without harm, and not while they run', async () => {
    const running = await trial.submit(spec('sleep 100'));
    await trial.until(running, ({ state }) => state === 'running');
    await expect(trial.jobs.release(running)).rejects.toMatchObject({ code: 'conflict' });
    await trial.jobs.cancel(running, { graceMs: 100 });
    await trial.ended(running);
    const handle = await trial.submit(spec('echo kept; dd if=/dev/zero of=big bs=1M count=1 2>/dev/null'));
    await trial.ended(handle);
    const { folder } = readHandle(handle);
    await trial.jobs.release(handle);
    await trial.jobs.release(handle);
    expect(await trial.look(handle)).toMatchObject({ seen: 'absent', conclusive: true });
    expect(existsSync(join(folder, 'work'))).toBe(false);
    expect(await trial.log(handle)).toBe('kept\n');
    expect(statSync(join(folder, 'stdout')).size).toBe(5);
  });

  it('are gone for certain after a reboot, unless they had ended before', async () => {
    const handle = await trial.submit(spec('sleep 100'));
    await trial.until(handle, ({ state }) => state === 'running');
    const earlier = { ...handle, state: { ...readHandle(handle), bootId: 'another-boot' } };
    expect(await trial.look(earlier)).toMatchObject({ seen: 'absent', conclusive: true, reasons: [{ code: 'rebooted' }] });
    await trial.jobs.cancel(handle, { graceMs: 0 });
    await trial.ended(handle);
    expect(await trial.look(earlier)).toMatchObject({ seen: 'yes', state: 'cancelled' });
  });

  it('are not given up for a claim without a word that is young, and not for certain when it is old', async () => {
    const handle = await trial.submit(spec('true'));
    await trial.ended(handle);
    const { folder } = readHandle(handle);
    writeFileSync(join(folder, 'record'), '\n'.repeat(512));
    utimesSync(join(folder, 'claim'), new Date(), new Date());
    expect(await trial.look(handle)).toMatchObject({ seen: 'yes', state: 'preparing', reasons: [{ code: 'starting' }] });
    utimesSync(join(folder, 'claim'), new Date(0), new Date(0));
    expect(await trial.look(handle)).toMatchObject({ seen: 'absent', conclusive: false });
  });

  it('answer every handle, each in its place, strange ones as unknown', async () => {
    const handle = await trial.submit(spec('true'));
    await trial.ended(handle);
    const gone = { ...handle, id: freshKey(), state: { folder: '/no/such/folder', bootId: 'x' } };
    const newer = { ...handle, stateVersion: 99 };
    const views = await trial.jobs.inspect([gone, handle, newer, { ...handle, state: 'rubbish' }]);
    expect(views.map(({ seen }) => seen)).toEqual(['absent', 'yes', 'unknown', 'unknown']);
    expect(views[2]).toMatchObject({ error: { code: 'state-version' } });
  });
});

async function collect(files: AsyncIterable<OutputFile>): Promise<OutputFile[]> {
  const all: OutputFile[] = [];
  for await (const file of files) all.push(file);
  return all;
}

async function bytes(trial: Trial, handle: Parameters<Trial['ended']>[0], file: OutputFile, from: number): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of trial.jobs.fetchOutput?.(handle, file, { from }) ?? []) parts.push(part);
  return Buffer.concat(parts).toString();
}
