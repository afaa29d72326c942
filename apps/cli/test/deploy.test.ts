import { Agent, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliTrial } from './cli.support.ts';

const score = (word: string): string => `import { readFileSync } from 'node:fs';
let weight;
export function init() {
  weight = readFileSync(\`\${process.env.AZUREML_MODEL_DIR}/net/w\`, 'utf8').trim();
}
export function run(text) {
  return { word: '${word}', weight, data: JSON.parse(text).data };
}
`;
const deployment = `name: blue
endpoint_name: net
model: { path: net, name: net, version: 1 }
code_configuration: { code: code, scoring_script: score.mjs }
request_settings: { max_concurrent_requests_per_instance: 4 }
`;

let trial: CliTrial;
beforeEach(async () => {
  trial = await CliTrial.start();
  await trial.write({ 'code/score.mjs': score('one'), 'net/w': '7\n', 'blue.yml': deployment });
});
afterEach(async () => {
  await trial.run('endpoint', 'delete', 'net', '--yes');
  await trial[Symbol.asyncDispose]();
});

/** Asks on and on until it is told to stop; answers what came, with counts. */
function load(uri: string, key: string): { stop(): Promise<Record<string, number>> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const counts: Record<string, number> = {};
  let isOver = false;
  const one = (): Promise<string> =>
    new Promise((resolve) => {
      const call = request(uri, { method: 'POST', agent, headers: { authorization: `Bearer ${key}` } }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => resolve(response.statusCode === 200 ? (JSON.parse(text) as { word: string }).word : `${response.statusCode} ${text}`));
        response.on('error', (error) => resolve(error.message));
      });
      call.on('error', (error) => resolve(error.message));
      call.end('{"data": 1}');
    });
  const work = Promise.all([1, 2].map(async () => {
    while (!isOver) {
      const answer = await one();
      counts[answer] = (counts[answer] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }));
  return {
    stop: async () => {
      isOver = true;
      await work;
      agent.destroy();
      return counts;
    },
  };
}

describe('destino deploy', () => {
  it('serves what a job made behind an endpoint named on the way, with the code of that job', async () => {
    const job = await trial.run('run', '--name', 'maker', '--', 'sh', '-c', 'cp code/score.mjs . ; mkdir -p outputs/net; echo 5 > outputs/net/w');
    expect(job.code).toBe(0);
    const made = await trial.objects('deploy', 'maker:outputs/net', '--as', 'net', '--code', 'code');
    expect([made.code, made.objects[0]]).toEqual([0, expect.objectContaining({ name: 'net', state: 'healthy', traffic: { v1: 100 } })]);
    const asked = await trial.run('invoke', 'net', '--data', '{"data": [1, 2]}');
    expect(JSON.parse(asked.stdout)).toEqual({ word: 'one', weight: '5', data: [1, 2] });
    expect((await trial.objects('model', 'show', 'net')).objects[0]).toMatchObject({ version: '1', lineage: { job: 'maker', output: 'outputs' } });
    expect((await trial.run('deployment', 'logs', 'net/v1')).code).toBe(0);
    const [shown] = (await trial.objects('endpoint', 'show', 'net')).objects;
    expect(shown).toMatchObject({ deployments: [{ name: 'v1', target: 'local', copies: { want: 1, ready: 1 }, measures: { requests: 1, failures: 0 } }] });
  });

  it('drops no request while a deployment is changed, a canary gets everything, and is rolled back', async () => {
    const first = await trial.objects('deploy', 'blue.yml');
    expect(first.code).toBe(0);
    const uri = String(first.objects[0]?.['scoringUri']);
    const key = (await trial.run('endpoint', 'keys', 'net', '--quiet')).stdout.trim();
    const calls = load(uri, key);
    await trial.write({ 'code/score.mjs': score('two') });
    expect((await trial.run('deploy', 'blue.yml')).code).toBe(0);
    await trial.write({ 'code/score.mjs': score('three') });
    expect((await trial.run('deploy', 'blue.yml', '--name', 'green', '--canary', '50', '--bake', '1s', '--wait')).code).toBe(0);
    expect((await trial.objects('endpoint', 'rollback', 'net')).objects[0]).toMatchObject({ traffic: { blue: 100 } });
    expect(JSON.parse((await trial.run('invoke', 'net', '--data', '{"data": 1}')).stdout)).toMatchObject({ word: 'two' });
    const counts = await calls.stop();
    expect(Object.keys(counts).sort()).toEqual(['one', 'three', 'two']);
    expect((await trial.run('endpoint', 'history', 'net')).stdout).toContain('canary: 50 % to green');
  });

  it('leaves the traffic where it is when the new deployment does not come up, and says why', async () => {
    expect((await trial.run('deploy', 'blue.yml')).code).toBe(0);
    await trial.write({ 'code/score.mjs': "export function init() {\n  throw new Error('no weights here');\n}\nexport const run = (text) => text;\n" });
    const failed = await trial.run('deploy', 'blue.yml', '--name', 'green');
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/returned to blue=100: green failed[^]*no weights here/)]);
    const inPlace = await trial.run('deploy', 'blue.yml');
    expect([inPlace.code, inPlace.stderr]).toEqual([1, expect.stringContaining('returned to blue=100')]);
    expect(JSON.parse((await trial.run('invoke', 'net', '--data', '{"data": 1}')).stdout)).toMatchObject({ word: 'one' });
    expect((await trial.run('deployment', 'delete', 'net/green', '--yes')).code).toBe(0);
  });
});
