import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../src/table/commands.ts';
import { CliTrial } from './cli.support.ts';

let trial: CliTrial;
beforeEach(async () => {
  trial = await CliTrial.start();
});
afterEach(async () => {
  await trial[Symbol.asyncDispose]();
});

describe('the command line', () => {
  it('starts by its bin', async () => {
    const bin = fileURLToPath(new URL('../bin/destino.js', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [bin, '--version'], { env: trial.variables() });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('answers help from what the bundle holds ready, word for word as the program would', async () => {
    const bin = fileURLToPath(new URL('../bin/destino.js', import.meta.url));
    for (const words of [[], ['run'], ['job'], ['job', 'list'], ['target', 'attach']]) {
      const { stdout } = await promisify(execFile)(process.execPath, [bin, ...words, '--help'], { env: trial.variables() });
      expect(stdout).toBe((await trial.run(...words, '--help')).stdout);
    }
  });

  it('helps with every command that it lists', async () => {
    const help = (await trial.run('--help')).stdout;
    for (const { name } of commands.filter(({ name: each, hidden }) => !each.includes(' ') && hidden !== true)) expect(help).toContain(`  ${name} `);
    const own = await trial.run('job', 'cancel', '--help');
    expect(own.stdout).toContain('Usage: destino job cancel [options] [names...]');
    expect(own.code).toBe(0);
  });

  it('writes no colours where NO_COLOR is set or no terminal is there, and some where FORCE_COLOR is', async () => {
    await trial.run('run', '-n', 'one', '--', 'true');
    expect((await trial.run('job', 'list')).stdout).not.toContain('\u001B');
    expect((await trial.begin(['job', 'list'], { variables: { FORCE_COLOR: '1' } }).ended).stdout).toContain('\u001B');
    expect((await trial.begin(['job', 'list'], { variables: { FORCE_COLOR: '1', NO_COLOR: '1' } }).ended).stdout).not.toContain('\u001B');
  });

  it('prints names alone with -o name and with --quiet', async () => {
    await trial.run('run', '-q', '-n', 'one', '--', 'true');
    expect((await trial.run('job', 'list', '-o', 'name')).stdout).toBe('one\n');
    expect((await trial.run('target', 'list', '--quiet')).stdout).toBe('local\n');
  });

  it('makes a workspace with an example that runs as it stands, and overwrites nothing', async () => {
    expect((await trial.run('init', '--example', 'iris-js')).code).toBe(0);
    const ended = await trial.run('run', 'job.yml', '--set', 'inputs.epochs=20');
    expect(ended.stdout).toContain('accuracy on the 30 flowers held back: ');
    expect((await trial.objects('init')).objects[0]).toMatchObject({ error: { code: 'conflict' } });
  });

  it('shows targets, what they can do, and how they are', async () => {
    expect((await trial.objects('target', 'list')).objects).toMatchObject([{ name: 'local', kind: 'local', origin: 'built-in', capabilities: { jobs: true } }]);
    expect((await trial.objects('target', 'probe', 'local')).objects[0]).toMatchObject({ health: 'healthy' });
    expect((await trial.objects('target', 'attach', 'x', '--kind', 'local')).objects[0]).toMatchObject({ error: { code: 'unsupported' } });
    expect((await trial.run('doctor')).code).toBe(0);
  });

  it('says what holds, and who says so', async () => {
    await trial.write({ 'destino.yaml': 'name: here\ndefault_target: local\n' });
    const { objects } = await trial.objects('config', 'list');
    expect(objects).toContainEqual({ schemaVersion: 1, name: 'workspace', value: 'here', origin: expect.stringMatching(/destino\.yaml$/) as string });
  });

  it('prints JSON Schemas of files and of its own objects', async () => {
    expect(JSON.parse((await trial.run('schema', 'job')).stdout)).toMatchObject({ title: 'destino command-job', properties: { command: { type: expect.anything() as unknown } } });
    expect(JSON.parse((await trial.run('schema', 'cli')).stdout)).toMatchObject({ $defs: { job: { type: 'object' }, error: { type: 'object' } } });
    expect((await trial.run('schema', 'nothing')).code).toBe(5);
  });

  it('completes commands in bash by a script that bash can read', async () => {
    const { stdout } = await trial.run('completion', 'bash');
    const probe = `${stdout}\nCOMP_WORDS=(destino job ca); COMP_CWORD=2; _destino; echo "\${COMPREPLY[@]}"; COMP_WORDS=(destino ch); COMP_CWORD=1; _destino; echo "\${COMPREPLY[@]}"`;
    const answer = await promisify(execFile)('bash', ['-c', probe], { env: trial.variables() });
    expect(answer.stdout).toBe('cancel\ncheck\n');
  });

  it('takes no question without a terminal: it exits 2 before any effect', async () => {
    const asked = await trial.run('prune');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('do:  say so on the command line: --yes');
    expect((await trial.run('prune', '--yes')).code).toBe(0);
  });
});
