import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrialRoot } from './trial-root.ts';

describe('the queue', () => {
  let trial: TrialRoot;
  beforeEach(() => {
    trial = new TrialRoot();
    trial.capacity(2, 1000, '3,5');
  });
  afterEach(() => trial.dispose());

  const waiting = (key: string): boolean => !existsSync(join(trial.folder(key), 'claim'));

  it('starts jobs in the order of their tickets, as many as fit, and ends when there is nothing left', async () => {
    const line = join(trial.root, 'order');
    const keys = Array.from({ length: 30 }, (_, index) => trial.submit(`echo ${index} >> '${line}'`, { cores: 2 }));
    expect(await trial.start('serve').code).toBe(0);
    for (const key of keys) expect(trial.record(key).ended).toMatchObject({ code: 0 });
    expect(readFileSync(line, 'utf8')).toBe(keys.map((_, index) => `${index}\n`).join(''));
    expect(readdirSync(join(trial.root, 'queue'))).toEqual([]);
    expect(readdirSync(join(trial.root, 'serve'))).toEqual(['wake']);
  });

  it('never books more than there is', async () => {
    const busy = join(trial.root, 'busy');
    const command = `echo + >> '${busy}'; sleep 0.05; echo - >> '${busy}'`;
    Array.from({ length: 12 }, (_, index) => trial.submit(command, { cores: index % 3 === 0 ? 2 : 1 }));
    await trial.start('serve').code;
    let level = 0;
    let most = 0;
    for (const sign of readFileSync(busy, 'utf8').trim().split('\n')) {
      level += sign === '+' ? 1 : -1;
      most = Math.max(most, level);
    }
    expect(most).toBe(2);
  });

  it('lets a later job pass only with what no earlier one waits for', async () => {
    const first = trial.submit(`until [ -e '${trial.root}/go' ]; do sleep 0.02; done`, { cores: 0.5, gpus: 2 });
    const wantsGpu = trial.submit('true', { cores: 1, gpus: 1 });
    const small = trial.submit('true', { cores: 0.5 });
    const large = trial.submit('true', { cores: 1 });
    trial.start('serve');
    await trial.ended(small);
    expect(waiting(wantsGpu)).toBe(true);
    expect(waiting(large)).toBe(true);
    trial.run('run', trial.prepare(`: > '${trial.root}/go'`));
    await trial.ended(first);
    await trial.ended(wantsGpu);
    await trial.ended(large);
  });

  it('assigns graphics processors and takes them back', async () => {
    const one = trial.submit('echo $CUDA_VISIBLE_DEVICES; sleep 0.3', { cores: 0.5, gpus: 1 });
    const two = trial.submit('echo $CUDA_VISIBLE_DEVICES', { cores: 0.5, gpus: 1 });
    const both = trial.submit('echo $CUDA_VISIBLE_DEVICES', { cores: 0.5, gpus: 2 });
    await trial.start('serve').code;
    expect(trial.read(one, 'stdout')).toBe('3\n');
    expect(trial.record(one).claimed?.gpus).toEqual([3]);
    expect(trial.read(two, 'stdout')).toBe('5\n');
    expect(trial.read(both, 'stdout').trim().split(',').toSorted()).toEqual(['3', '5']);
  });

  it('refuses what can never fit, with that as the cause', async () => {
    const key = trial.submit('true', { cores: 3 });
    const memory = trial.submit('true', { memoryBytes: 2_000 * 1_048_576 });
    const gpus = trial.submit('true', { gpus: 3 });
    const fits = trial.submit('true');
    await trial.start('serve').code;
    for (const large of [key, memory, gpus]) expect(trial.record(large).ended).toMatchObject({ cause: 'setup', note: 'too-large' });
    expect(trial.record(fits).ended).toMatchObject({ code: 0 });
  });

  it('passes over a job that was cancelled while it waited', async () => {
    const first = trial.submit('sleep 0.5', { cores: 2 });
    const second = trial.submit('echo ran', { cores: 2 });
    const third = trial.submit('echo ran', { cores: 2 });
    const { code } = trial.start('serve');
    await trial.running(first);
    trial.run('end', second, 'cancelled', '0');
    expect(await code).toBe(0);
    expect(trial.record(second).ended).toMatchObject({ cause: 'cancelled' });
    expect(trial.read(second, 'stdout')).toBe('');
    expect(trial.read(third, 'stdout')).toBe('ran\n');
  });

  it('keeps its pipe to itself', async () => {
    const key = trial.submit('ls -l /proc/self/fd');
    await trial.start('serve').code;
    expect(trial.read(key, 'stdout').split('\n').filter((line) => line.includes(trial.root))).toHaveLength(2);
  });

  it('has one server, however many are started at once', async () => {
    const keys = Array.from({ length: 6 }, () => trial.submit('echo ran; sleep 0.1'));
    const codes = await Promise.all(Array.from({ length: 8 }, () => trial.start('serve').code));
    expect(codes.filter((code) => code === 0)).toHaveLength(1);
    expect(codes.filter((code) => code === 1)).toHaveLength(7);
    for (const key of keys) expect(trial.read(key, 'stdout')).toBe('ran\n');
  });

  it('goes on without any client after its server was killed, from the end of a running job', async () => {
    const first = trial.submit('sleep 0.5; echo first', { cores: 2 });
    const second = trial.submit('echo second', { cores: 2 });
    const server = trial.start('serve');
    await trial.running(first);
    server.child.kill('SIGKILL');
    expect(await trial.ended(second)).toMatchObject({ code: 0 });
    expect(trial.record(first).ended).toMatchObject({ code: 0 });
    expect(trial.read(second, 'stdout')).toBe('second\n');
    await trial.until('the heir has left', () => readdirSync(join(trial.root, 'serve')).length === 1);
  });

  it('takes over jobs of a killed server without booking their cores twice', async () => {
    const first = trial.submit(`until [ -e '${trial.root}/go' ]; do sleep 0.02; done`, { cores: 2, gpus: 1 });
    const server = trial.start('serve');
    await trial.running(first);
    server.child.kill('SIGKILL');
    await server.code;
    const second = trial.submit('echo $CUDA_VISIBLE_DEVICES', { cores: 1, gpus: 2 });
    trial.start('serve');
    await trial.until('the heir has read the tickets', () => readdirSync(join(trial.root, 'serve')).some((name) => name.startsWith('master.')));
    trial.run('run', trial.prepare('sleep 0.3'));
    expect(waiting(second)).toBe(true);
    trial.run('run', trial.prepare(`: > '${trial.root}/go'`));
    await trial.ended(second);
    expect(trial.read(second, 'stdout').trim().split(',').toSorted()).toEqual(['3', '5']);
  });

  it('gives back the slots of a runner that was killed, once its job is gone too', async () => {
    const first = trial.submit('exec sleep 100', { cores: 2 });
    const second = trial.submit('echo second', { cores: 2 });
    trial.start('serve');
    const { pid } = await trial.running(first);
    process.kill(trial.record(first).claimed?.pid ?? 0, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    expect(await trial.ended(second)).toMatchObject({ code: 0 });
    expect(trial.record(first).ended).toBeUndefined();
  });

  it('drops tickets of an earlier boot and files that are none', async () => {
    const old = trial.submit('echo ran', { bootId: '00000000-dead' });
    const key = trial.submit('echo ran');
    trial.run('run', trial.prepare(`: > '${trial.root}/queue/not a ticket'`));
    await trial.start('serve').code;
    expect(trial.read(old, 'stdout')).toBe('');
    expect(trial.record(old).ended).toBeUndefined();
    expect(trial.read(key, 'stdout')).toBe('ran\n');
  });

  it('tells the capacity that it books against', () => {
    expect(trial.run('capacity').stdout).toMatch(/^cores 2000\nmemory 1000\ngpus 3 5\nboot \S+\n$/);
  });
});
