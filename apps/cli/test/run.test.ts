import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliTrial } from './cli.support.ts';

let trial: CliTrial;
beforeEach(async () => {
  trial = await CliTrial.start();
});
afterEach(async () => {
  await trial[Symbol.asyncDispose]();
});

describe('destino run', () => {
  it('runs a command, keeps its two streams apart, and tells its own words on standard error', async () => {
    const ended = await trial.run('run', '--', 'sh', '-c', 'echo to-out; echo to-err >&2');
    expect(ended.stdout).toBe('to-out\n');
    expect(ended.stderr).toContain('to-err');
    expect(ended.stderr).toMatch(/✔ [a-z]+-[a-z]+ succeeded/);
    expect(ended.code).toBe(0);
  });

  it('hands words to the command as they are: blanks, quotes, line breaks, dollars, Unicode', async () => {
    const words = ['a b', `it's "quoted"`, 'two\nlines', '$HOME `id` \\', 'naïve 日本 🙂', '--json', ''];
    const ended = await trial.run('run', '--', process.execPath, '-e', 'process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--', ...words);
    expect(JSON.parse(ended.stdout)).toEqual(words);
  });

  it('passes every byte of the output on, without a line break of its own', async () => {
    await trial.write({ 'bytes.mjs': 'process.stdout.write(Buffer.from([0, 255, 254, 10, 13, 0xc3, 0x28, 0x61]))' });
    const ended = await trial.run('run', '--', process.execPath, 'bytes.mjs');
    expect([...ended.bytes]).toEqual([0, 255, 254, 10, 13, 0xc3, 0x28, 0x61]);
    const log = await trial.run('logs');
    expect([...log.bytes]).toEqual([...ended.bytes]);
  });

  it('ends with 1 when the command failed, and with the command\'s own code when told to pass it', async () => {
    const plain = await trial.run('run', '--', 'sh', '-c', 'exit 42');
    expect(plain.code).toBe(1);
    expect(plain.stderr).toContain('exit code 42');
    expect((await trial.run('run', '--exit-code', 'pass', '--', 'sh', '-c', 'exit 42')).code).toBe(42);
  });

  it('runs in a copy of the folder, and with --in-place in the folder itself', async () => {
    await trial.write({ 'data.txt': 'here' });
    const copy = await trial.run('run', '--', 'sh', '-c', 'cat data.txt; echo changed > data.txt');
    expect(copy.stdout).toBe('here');
    expect(await trial.read('data.txt')).toBe('here');
    await trial.run('run', '--in-place', '--', 'sh', '-c', 'echo changed > data.txt');
    expect(await trial.read('data.txt')).toBe('changed\n');
  });

  it('gives the job nothing of the submitter\'s environment but the base list', async () => {
    const ended = await trial.begin(['run', '--', 'env'], { variables: { MY_TOKEN: 'planted-value', LC_ALL: 'C.UTF-8' } }).ended;
    expect(ended.stdout).toContain('LC_ALL=C.UTF-8');
    expect(ended.stdout).not.toContain('planted-value');
  });

  it('answers the job that exists for the same name and content, and refuses other content', async () => {
    const first = await trial.objects('run', '--name', 'once', '--', 'echo', 'one');
    const again = await trial.objects('run', '--name', 'once', '--', 'echo', 'one');
    expect([first.code, again.code]).toEqual([0, 0]);
    expect(again.objects[0]?.['id']).toBe(first.objects[0]?.['id']);
    const other = await trial.objects('run', '--name', 'once', '--', 'echo', 'two');
    expect(other.code).toBe(2);
    expect(other.objects[0]).toMatchObject({ error: { code: 'conflict' } });
    expect((await trial.objects('job', 'list')).objects).toHaveLength(1);
  });

  it('says in three lines what is wrong when there is nothing to run', async () => {
    const ended = await trial.run('run');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/✖ config-invalid: there is nothing to run\n {2}do: {2}destino run job.yml/);
  });

  it('refuses words after -- where a command takes none, and unknown commands and options, with 2', async () => {
    expect((await trial.run('ps', '--', 'x')).code).toBe(2);
    expect((await trial.run('deply', 'x')).stderr).toContain("unknown command 'deply'");
    const odd = await trial.objects('job', 'list', '--sate', 'running');
    expect(odd.code).toBe(2);
    expect(odd.objects).toEqual([{ error: { code: 'config-invalid', message: "unknown option '--sate'", hint: 'did you mean --state?', retry: 'never' } }]);
  });
});
