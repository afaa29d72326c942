import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliTrial } from './cli.support.ts';

let trial: CliTrial;
beforeEach(async () => {
  trial = await CliTrial.start();
});
afterEach(async () => {
  await trial.run('endpoint', 'delete', '--yes');
  await trial[Symbol.asyncDispose]();
});

describe('destino model', () => {
  it('keeps versions with where they come from, and gives their files back', async () => {
    await trial.write({ 'net/w.bin': new Uint8Array([1, 2, 3]), 'net/.gitignore': '*.bin', 'model.yml': '$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json\nname: net\nversion: 1.10\npath: net\ntags: { made: here }\n' });
    expect((await trial.run('model', 'register', 'net', '--name', 'net')).stdout).toBe('net:1  2 files, 8 B\n');
    expect((await trial.objects('model', 'create', '-f', 'model.yml')).objects[0]).toMatchObject({ name: 'net', version: '1.10', tags: { made: 'here' }, type: 'custom_model' });
    const job = await trial.run('run', '--name', 'maker', '--', 'sh', '-c', 'mkdir -p outputs/m; echo w > outputs/m/w');
    expect(job.code).toBe(0);
    expect((await trial.objects('model', 'register', 'maker:outputs/m', '-n', 'net')).objects[0]).toMatchObject({ version: '2', lineage: { job: 'maker', output: 'outputs', target: 'local' } });
    expect((await trial.run('models', 'list', 'net', '-o', 'name')).stdout).toBe('net:2\nnet:1.10\nnet:1\n');
    expect((await trial.run('model', 'show', '--name', 'net', '--version', '1.10')).stdout).toContain('model       net:1.10');
    expect((await trial.run('model', 'download', 'net:1', '--to', 'back')).code).toBe(0);
    expect(await trial.read('back/net/w.bin')).toBe('\u0001\u0002\u0003');
    expect((await trial.run('model', 'delete', 'net:1', '--yes')).stdout).toBe('net:1  deleted\n');
  });

  it('says what is missing, with the command that helps', async () => {
    await trial.write({ 'bad.yml': 'name: net\npath: nowhere\nverison: 2\n' });
    for (const [words, code, text] of [
      [['register'], 2, 'there is nothing to register'],
      [['register', 'nowhere', '--name', 'x'], 5, 'there is nothing at nowhere'],
      [['register', 'nojob:model', '--name', 'x'], 5, "there is no job 'nojob'"],
      [['register', '-f', 'bad.yml'], 2, 'did you mean'],
      [['register', '.', '--name', 'a b'], 2, 'that is no model'],
      [['show', 'none'], 5, "there is no model 'none'"],
      [['show', 'none@newest'], 5, "models have no label 'newest'"],
      [['delete', 'none'], 2, 'which version of none?'],
      [['download'], 2, 'which model?'],
    ] as const) {
      const ended = await trial.run('model', ...words);
      expect([ended.code, ended.stderr], words.join(' ')).toEqual([code, expect.stringContaining(text)]);
    }
  });
});

describe('destino endpoint', () => {
  it('has an address and two keys as soon as it is made, also for those who come by az', async () => {
    await trial.write({ 'endpoint.yml': '$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: iris\nauth_mode: key\ndescription: flowers\n' });
    const made = await trial.objects('online-endpoint', 'create', '-f', 'endpoint.yml');
    expect(made.objects[0]).toMatchObject({ schemaVersion: 1, name: 'iris', state: 'healthy', description: 'flowers', traffic: {}, deployments: [], served: true, scoringUri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/score$/) as string });
    const uri = String(made.objects[0]?.['scoringUri']);
    const [before] = (await trial.objects('endpoint', 'get-credentials', '-n', 'iris')).objects;
    const status = async (key: unknown): Promise<number> => (await fetch(uri, { method: 'POST', headers: { authorization: `Bearer ${String(key)}` } })).status;
    expect([await status('wrong'), await status(before?.['primaryKey']), await status(before?.['secondaryKey'])]).toEqual([401, 404, 404]);
    const [after] = (await trial.objects('endpoint', 'regenerate-keys', '-n', 'iris', '--key-type', 'primary', '--yes')).objects;
    expect([await status(before?.['primaryKey']), await status(after?.['primaryKey']), await status(before?.['secondaryKey'])]).toEqual([401, 404, 404]);
    expect((await trial.run('endpoint', 'history')).stdout).toMatch(/^REVISION .*\n1 .*created\n$/);
    expect((await trial.run('endpoint', 'create', 'iris')).code).toBe(2);
    expect((await trial.run('endpoint', 'delete', 'iris', '--yes')).stdout).toBe('iris  gone\n');
    await expect(fetch(uri)).rejects.toThrow();
    expect((await trial.run('endpoint', 'list')).stderr).toBe('no endpoints\n');
  });

  it('comes back at its port when its agent was killed, by the next command', async () => {
    await trial.run('endpoint', 'create', 'iris');
    const [before] = (await trial.objects('endpoint', 'show')).objects;
    const agent = await trial.agent();
    process.kill(agent ?? 0, 'SIGKILL');
    await trial.gone(agent ?? 0);
    await trial.run('endpoint', 'list');
    await expect.poll(async () => (await fetch(String(before?.['scoringUri']).replace('/score', '/')).catch(() => undefined))?.status, { timeout: 20_000, interval: 200 }).toBe(503);
    expect((await trial.objects('endpoint', 'show')).objects[0]).toMatchObject({ scoringUri: before?.['scoringUri'], served: true });
  });

  it('says what is wrong with what it is asked', async () => {
    await trial.write({ 'token.yml': 'name: iris\nauth_mode: aad_token\n' });
    for (const [words, code, text] of [
      [['create', 'no good'], 2, "'no good' is no name for an endpoint"],
      [['create', '-f', 'token.yml'], 2, 'auth_mode'],
      [['create', 'iris', '--port', 'x'], 2, '--port x is not a number'],
      [['show', 'none'], 5, "there is no endpoint 'none'"],
      [['show'], 5, 'has no endpoints yet'],
      [['traffic', 'none', 'blue=120'], 2, "'blue=120' is no share of the traffic"],
      [['rollback', 'none', 'x'], 2, "'x' is no number of a revision"],
      [['invoke', 'none'], 2, 'there is nothing to send'],
      [['invoke', 'none', '--data', 'x'], 5, "there is no endpoint 'none'"],
      [['keys', 'none'], 5, "there is no endpoint 'none'"],
    ] as const) {
      const ended = await trial.run('endpoint', ...words);
      expect([ended.code, ended.stderr], words.join(' ')).toEqual([code, expect.stringContaining(text)]);
    }
    expect((await trial.run('deploy')).code).toBe(2);
    expect((await trial.run('deploy', 'none')).code).toBe(5);
    expect((await trial.run('deploy', 'none:model')).stderr).toContain('none:model is neither a model nor an output of a job');
    expect((await trial.run('deployment', 'scale', 'a/b', '0')).code).toBe(2);
  });
});
