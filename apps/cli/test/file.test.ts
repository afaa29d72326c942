import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliTrial } from './cli.support.ts';

let trial: CliTrial;
beforeEach(async () => {
  trial = await CliTrial.start();
});
afterEach(async () => {
  await trial[Symbol.asyncDispose]();
});

const job = (fields: Record<string, string>): string => Object.entries({ environment: 'azureml:here@latest', ...fields }).map(([name, value]) => `${name}: ${value}`).join('\n');
const workspace = 'environments: { here: host }\n';

describe('destino run FILE', () => {
  it('runs a file with code, inputs, outputs and variables, from names with blanks and quotes', async () => {
    await trial.write({
      'destino.yaml': workspace,
      "my job's.yml": job({
        command: "cat '${{inputs.words}}' > ${{outputs.copy}}/a.txt; cat here.txt; echo \"${{inputs.greeting}} $NAME\"",
        code: './my code',
        inputs: "{ greeting: \"it's $HOME\", words: { type: uri_file, path: './da ta/wörds \"1\".txt' } }",
        outputs: '{ copy: { type: uri_folder } }',
        environment_variables: '{ NAME: "a b" }',
      }),
      'my code/here.txt': 'code\n',
      'da ta/wörds "1".txt': 'words\n',
    });
    const ended = await trial.run('run', "my job's.yml");
    expect(ended.stdout).toBe("code\nit's $HOME a b\n");
    expect(ended.code).toBe(0);
    expect((await trial.run('job', 'download', '-', 'copy', '--to', 'got')).code).toBe(0);
    expect(await trial.read('got/a.txt')).toBe('words\n');
  });

  it('fills templates and applies --set and --input', async () => {
    await trial.write({ 'destino.yaml': workspace, 'job.yml': job({ command: 'echo ${{inputs.x}} {{WHO}} $LEVEL', inputs: '{ x: 1 }' }) });
    const ended = await trial.run('run', 'job.yml', '--var', 'WHO=me', '--input', 'x=2', '--set', 'environment_variables.LEVEL=3');
    expect(ended.stdout).toBe('2 me 3\n');
  });

  it('lists the unfilled holes of a template as one problem, and exits 2', async () => {
    await trial.write({ 'job.yml': job({ command: 'echo {{FIRST}} {{SECOND}}' }) });
    const ended = await trial.run('run', 'job.yml');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('not filled in: FIRST, SECOND');
    expect(ended.stderr).toContain('do:  give --var FIRST=VALUE --var SECOND=VALUE');
  });

  it('tells all problems of a file at once, each with its place', async () => {
    await trial.write({ 'job.yml': 'comand: echo hi\ncode: ./nowhere\ntimeout: 3\nenvironment: azureml:x@latest\n' });
    const ended = await trial.run('run', 'job.yml');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/comand.*job\.yml:1:1/);
    expect(ended.stderr).toMatch(/timeout.*job\.yml:3:1/);
  });

  it('says what is wrong with broken YAML, a missing file, a folder, a missing code folder, a missing command', async () => {
    await trial.write({ 'broken.yml': 'command: [echo\n', 'nocode.yml': job({ command: 'ls', code: './nowhere' }), 'nocommand.yml': 'type: command\nenvironment: azureml:x@latest\n', 'd/x.txt': '' });
    for (const [file, words] of [['broken.yml', 'broken.yml:'], ['nothing.yml', 'there is no file nothing.yml'], ['d', 'd is a folder'], ['nocode.yml', 'no folder at ./nowhere'], ['nocommand.yml', 'command']] as const) {
      const ended = await trial.run('run', file);
      expect(ended.stderr, file).toContain(words);
      expect(ended.code, file).toBe(2);
      expect(ended.stderr.split('\n').filter((line) => line.startsWith('    at ')), file).toEqual([]);
    }
  });

  it('refuses an unknown target with 5, and says which there are', async () => {
    await trial.write({ 'destino.yaml': workspace, 'job.yml': job({ command: 'ls', compute: 'azureml:cpu-cluster' }) });
    const ended = await trial.objects('run', 'job.yml');
    expect(ended.code).toBe(5);
    expect(ended.objects[0]).toMatchObject({ error: { code: 'not-found', hint: expect.stringContaining('destino target list') as string } });
  });

  it('takes a target by its alias', async () => {
    await trial.write({ 'destino.yaml': `${workspace}aliases: { cpu-cluster: [local] }\n`, 'job.yml': job({ command: 'echo hi', compute: 'azureml:cpu-cluster' }) });
    expect((await trial.run('run', 'job.yml')).stdout).toBe('hi\n');
  });

  it('stops before the start where a secret is missing, and gives a set one to the job alone', async () => {
    await trial.write({ 'destino.yaml': workspace, 'job.yml': job({ command: 'printf %s $TOKEN | wc -c', environment_variables: '{ TOKEN: "${{secrets.hf}}" }' }) });
    const without = await trial.run('run', 'job.yml');
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('destino secret set hf');
    const value = 'planted-secret-value';
    expect((await trial.begin(['secret', 'set', 'hf'], { input: `${value}\n` }).ended).code).toBe(0);
    const ended = await trial.run('run', 'job.yml');
    expect(ended.stdout.trim()).toBe(String(value.length));
    expect((await trial.run('job', 'show', '--json')).stdout).not.toContain(value);
    expect((await trial.run('secret', 'list')).stdout).toBe('hf\n');
  });
});

describe('destino check', () => {
  it('says yes for what would run, and no with the reason for what would not', async () => {
    await trial.write({ 'destino.yaml': workspace, 'good.yml': job({ command: 'ls' }), 'many.yml': job({ command: 'ls', resources: '{ instance_count: 2 }' }) });
    const good = await trial.objects('check', 'good.yml', '--target', 'all');
    expect(good.code).toBe(0);
    expect(good.objects[0]).toMatchObject({ kind: 'command-job', targets: [{ target: 'local', verdict: 'yes' }], problems: [] });
    const many = await trial.objects('check', 'many.yml');
    expect(many.code).toBe(2);
    expect(many.objects[0]).toMatchObject({ targets: [{ target: 'local', verdict: 'no' }] });
  });

  it('judges a file without running anything or leaving a job', async () => {
    await trial.write({ 'destino.yaml': workspace, 'job.yml': job({ command: 'touch ran' }) });
    await trial.run('check', 'job.yml');
    expect((await trial.objects('job', 'list')).objects).toEqual([]);
  });
});
