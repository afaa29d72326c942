import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Handle, LogRecord } from '@destino/core/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHandle } from '../src/handle.ts';
import { Trial, freshKey, jobsOf, spec } from './trial.ts';

describe('waiting, watching and ending local jobs', () => {
  let trial: Trial;
  beforeEach(() => {
    trial = new Trial({ cores: 2, gpus: [4, 7] });
  });
  afterEach(() => trial.dispose());

  it('tell what they wait for, who holds it, and how many are before them', async () => {
    const hog = await trial.submit(spec('sleep 100', { name: 'hog', resources: { cores: 2 } }));
    const next = await trial.submit(spec('true', { name: 'next' }));
    const last = await trial.submit(spec('true', { name: 'last' }));
    await trial.until(last, ({ reasons }) => reasons[0]?.code === 'waits-for-cores');
    expect((await trial.view(next)).reasons).toEqual([
      { code: 'waits-for-cores', text: 'waits for 1 cores: 2 of 2 are held by hog (workspace trial)', fix: expect.stringContaining('cancel') },
    ]);
    expect(await trial.view(last)).toMatchObject({
      state: 'queued',
      reasons: [{ code: 'waits-for-cores' }, { code: 'behind', text: '1 before it in the queue: next (workspace trial)' }],
    });
    await trial.jobs.cancel(hog, { graceMs: 0 });
    expect(await trial.ended(last)).toMatchObject({ state: 'succeeded' });
  });

  it('share one queue with the other workspaces of the account', async () => {
    const other = new Trial({ ...trial.config }, 'other');
    try {
      const hog = await trial.submit(spec('sleep 100', { resources: { cores: 2 } }));
      await trial.until(hog, ({ state }) => state === 'running');
      const waiting = await other.submit(spec('echo after'));
      const view = await other.until(waiting, ({ reasons }) => reasons[0]?.code === 'waits-for-cores');
      expect(view).toMatchObject({ state: 'queued', reasons: [{ text: expect.stringContaining('(workspace trial)') }] });
      await trial.jobs.cancel(hog, { graceMs: 0 });
      expect(await other.ended(waiting)).toMatchObject({ state: 'succeeded' });
    } finally {
      other.dispose();
    }
  });

  it('are given graphics processors of their own', async () => {
    const one = await trial.submit(spec('echo $CUDA_VISIBLE_DEVICES; sleep 0.3', { resources: { gpus: 1 } }));
    const two = await trial.submit(spec('echo $CUDA_VISIBLE_DEVICES', { resources: { gpus: 1 } }));
    await trial.ended(one);
    await trial.ended(two);
    expect([await trial.log(one), await trial.log(two)].toSorted()).toEqual(['4\n', '7\n']);
  });

  it('end cancelled, the whole tree, escapees and the deaf included', async () => {
    const deaf = 'process.on("SIGTERM",()=>{});setInterval(()=>{},1e5)';
    const flee = `require("node:child_process").spawn(process.execPath,["-e",${JSON.stringify(deaf)}],{detached:true,stdio:"ignore"}).unref()`;
    const program = join(trial.dir, 'flee.js');
    writeFileSync(program, flee);
    const command = `trap '' TERM; "$NODE" "$FLEE"; echo up; while :; do sleep 0.1; done`;
    const handle = await trial.submit(spec(command, { variables: { NODE: execPath, FLEE: program } }));
    await trial.until(handle, ({ state }) => state === 'running');
    while ((await peek(trial, handle)) !== 'up\n') await setTimeout(10);
    await trial.jobs.cancel(handle, { graceMs: 300 });
    expect(await trial.view(handle)).toMatchObject({ state: 'cancelling' });
    expect(await trial.ended(handle)).toMatchObject({ state: 'cancelled', exits: [{ cause: 'cancelled', signal: 'SIGKILL' }] });
    expect(processesOf(handle.id)).toEqual([]);
    await trial.jobs.cancel(handle, { graceMs: 300 });
    expect(await trial.view(handle)).toMatchObject({ state: 'cancelled' });
  });

  it('never begin when they are cancelled while they wait', async () => {
    const hog = await trial.submit(spec('sleep 100', { resources: { cores: 2 } }));
    trial.context.secretValues.set('token', 's3cret');
    const handle = await trial.submit(spec('echo ran', { secrets: { TOKEN: { secret: 'token' } } }));
    await trial.jobs.cancel(handle, { graceMs: 10_000 });
    expect(await trial.view(handle)).toMatchObject({ state: 'cancelled', exits: [{ cause: 'cancelled' }] });
    expect(existsSync(join(readHandle(handle).folder, 'secrets'))).toBe(false);
    await trial.jobs.cancel(hog, { graceMs: 0 });
    const after = await trial.submit(spec('true'));
    await trial.ended(after);
    expect(await trial.log(handle)).toBe('');
  });

  it('go on when the process that submitted them is killed', async () => {
    const program = fileURLToPath(new URL('./submit-and-hang.ts', import.meta.url));
    const key = freshKey();
    const child = spawn(execPath, ['--conditions=@destino/source', program, JSON.stringify(trial.config), key], { stdio: ['ignore', 'pipe', 'inherit'] });
    const handle = JSON.parse(await firstLine(child.stdout)) as Handle;
    await trial.until(handle, ({ state }) => state === 'running');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    expect(await trial.ended(handle)).toMatchObject({ state: 'succeeded' });
    expect(await trial.log(handle)).toBe('survived\n');
  });

  it('go on when the server of the queue is killed and a client looks', async () => {
    const hog = await trial.submit(spec('sleep 0.6', { resources: { cores: 2 } }));
    const next = await trial.submit(spec('echo next'));
    await trial.until(hog, ({ state }) => state === 'running');
    process.kill(serverOf(trial), 'SIGKILL');
    expect(await trial.ended(next)).toMatchObject({ state: 'succeeded' });
  });

  it('are told as killed, for certain, when runner and job were killed from outside', async () => {
    const handle = await trial.submit(spec('exec sleep 100'));
    await trial.until(handle, ({ state }) => state === 'running');
    const [, runner, job] = /^claimed (\d+) [\s\S]*^running (\d+) /m.exec(readFileSync(join(readHandle(handle).folder, 'record'), 'utf8')) ?? [];
    process.kill(Number(runner), 'SIGKILL');
    while ((await trial.view(handle)).rawState !== 'unattended') await setTimeout(10);
    expect(await trial.view(handle)).toMatchObject({ state: 'running', reasons: [{ code: 'unattended' }] });
    process.kill(Number(job), 'SIGKILL');
    while ((await trial.look(handle)).seen === 'yes') await setTimeout(10);
    expect(await trial.look(handle)).toMatchObject({ seen: 'absent', conclusive: true });
  });

  it('hand out their log from a cursor, with nothing lost or repeated', async () => {
    const handle = await trial.submit(spec('for i in 1 2 3 4 5; do echo line $i; echo err $i >&2; sleep 0.05; done; printf "no newline"'));
    const records: LogRecord[] = [];
    for await (const record of trial.jobs.logs(handle, { follow: true })) records.push(record);
    for (let from = 0; from <= records.length; from += 1) {
      const before = records.slice(0, from);
      const after: LogRecord[] = [];
      const since = before.at(-1)?.cursor;
      for await (const record of trial.jobs.logs(handle, { follow: true, ...(since !== undefined && { since }) })) after.push(record);
      expect(textOf([...before, ...after], 'stdout')).toBe('line 1\nline 2\nline 3\nline 4\nline 5\nno newline');
      expect(textOf([...before, ...after], 'stderr')).toBe('err 1\nerr 2\nerr 3\nerr 4\nerr 5\n');
    }
  });

  it('hand out 100 MB of binary output unchanged, also as the files themselves', async () => {
    const handle = await trial.submit(spec('head -c 100000000 /dev/zero; printf "\\377"'));
    await trial.ended(handle);
    let size = 0;
    let last: number | undefined;
    for await (const record of trial.jobs.logs(handle, { follow: true })) {
      if (!('bytes' in record)) continue;
      size += record.bytes.length;
      last = record.bytes.at(-1);
    }
    expect([size, last]).toEqual([100_000_001, 255]);
    const files = await trial.jobs.logFiles?.(handle);
    expect(files?.map(({ stream, path }) => [stream, existsSync(path)])).toEqual([['stdout', true], ['stderr', true]]);
  });

  it('stop handing out their log when the reader leaves or aborts', async () => {
    const handle = await trial.submit(spec('echo up; sleep 100'));
    for await (const record of trial.jobs.logs(handle, { follow: true })) {
      expect('bytes' in record).toBe(true);
      break;
    }
    const stop = new AbortController();
    const reading = (async () => {
      for await (const record of trial.jobs.logs(handle, { follow: true, signal: stop.signal })) if ('bytes' in record) stop.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'aborted' });
    await trial.jobs.cancel(handle, { graceMs: 0 });
    await trial.ended(handle);
  });

  it('are listed as owned until they are removed, those of other workspaces neither listed nor removed', async () => {
    const handle = await trial.submit(spec('true', { name: 'mine' }));
    await trial.ended(handle);
    const mine = await ownedOf(trial);
    expect(mine).toMatchObject([{ what: 'job', workspace: 'trial', incarnation: 'first', key: handle.id, handle }]);
    const other = new Trial(trial.config, 'other');
    expect(await ownedOf(other)).toEqual([]);
    const [thing] = mine;
    if (thing === undefined) throw new Error('nothing owned');
    await expect(other.target.owned?.remove(thing)).rejects.toMatchObject({ code: 'conflict' });
    await trial.jobs.release(handle);
    expect(await ownedOf(trial)).toEqual([]);
    expect(existsSync(readHandle(handle).folder)).toBe(true);
    await trial.target.owned?.remove(thing);
    await trial.target.owned?.remove(thing);
    expect(await ownedOf(trial)).toEqual([]);
    expect(existsSync(readHandle(handle).folder)).toBe(false);
    other.dispose();
  });

  it('are started by a target of another process as well as by ours', async () => {
    const handles = await Promise.all(Array.from({ length: 40 }, async (_, index) => {
      const jobs = index % 2 === 0 ? trial.jobs : jobsOf(trial.open());
      const submitted = await jobs.submit(spec(`echo ${index}`), { key: freshKey(), fence: 1 });
      return 'handle' in submitted ? submitted.handle : undefined;
    }));
    for (const [index, handle] of handles.entries()) {
      if (handle === undefined) throw new Error('busy');
      expect(await trial.ended(handle)).toMatchObject({ state: 'succeeded' });
      expect(await trial.log(handle)).toBe(`${index}\n`);
    }
  });
});

function textOf(records: readonly LogRecord[], stream: string): string {
  return Buffer.concat(records.flatMap((record) => ('bytes' in record && record.stream === stream ? [record.bytes] : []))).toString();
}

async function peek(trial: Trial, handle: Handle): Promise<string> {
  const records: LogRecord[] = [];
  for await (const record of trial.jobs.logs(handle, { follow: false })) records.push(record);
  return textOf(records, 'stdout');
}

function serverOf(trial: Trial): number {
  const serve = join(trial.config.machineDir ?? '', 'serve');
  const [master = ''] = readdirSync(serve).filter((name) => name.startsWith('master.'));
  return Number(readFileSync(join(serve, master), 'utf8').split(' ')[0]);
}

function processesOf(key: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`DESTINO_KEY=${key}`);
    } catch {
      return false; // it ended, or is another account's
    }
  });
}

async function firstLine(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk.toString();
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  return text;
}

async function ownedOf(trial: Trial): Promise<{ id: string; what: 'job' | 'service' | 'target' | 'part'; workspace: string; incarnation: string }[]> {
  const things = [];
  for await (const thing of trial.target.owned?.list() ?? []) things.push(thing);
  return things;
}
