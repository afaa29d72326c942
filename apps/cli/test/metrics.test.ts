import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliTrial } from './cli.support.ts';

let trial: CliTrial;
beforeEach(async () => {
  trial = await CliTrial.start();
});
afterEach(async () => {
  await trial[Symbol.asyncDispose]();
});

const script = `
import { appendFileSync } from 'node:fs';
const tell = (line) => appendFileSync(process.env.DESTINO_METRICS_FILE, line + '\\n');
for (let step = 0; step < 5; step += 1) tell(JSON.stringify({ metric: { loss: 1 / (step + 1), accuracy: step / 5 }, step }));
tell('this is no metric');
tell('{"metric":"odd\\\\u001b[2J","value":NaN}');
`;

describe('destino job metrics', () => {
  it('shows what a Node job wrote, as curves and as data; a broken line is told and fails nothing', async () => {
    await trial.write({ 'train.mjs': script });
    const run = await trial.run('run', '--name', 'one', '--', process.execPath, 'train.mjs');
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining('metrics loss=0.2 accuracy=0.8') as string]);
    const shown = await trial.run('job', 'metrics', 'one');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('loss  0.2 at step 4 (5 values)');
    expect(shown.stdout).not.toContain('\u001b');
    expect(shown.stderr).toContain('a line is no metrics and left out: line 6');
    expect((await trial.run('job', 'metrics', 'one', 'accuracy')).stdout).not.toContain('loss');
    expect((await trial.run('job', 'show', 'one')).stdout).toMatch(/^metrics +loss=0.2 accuracy=0.8/m);
    const { objects } = await trial.objects('job', 'metrics', 'one');
    expect(objects).toMatchObject([{ job: 'one', state: 'succeeded', attempts: [{ attempt: 1, target: 'local', badLines: [6], runs: [{ metrics: { accuracy: [{ step: 0, value: 0 }, {}, {}, {}, { step: 4, value: 0.8 }], 'odd\u001b[2J': [{ value: 'NaN' }] } }] }] }]);
  });

  it('says how to report some, of a job that reported none, and knows no attempt that was not', async () => {
    await trial.run('run', '--name', 'none', '--', 'true');
    const { code, stderr } = await trial.run('job', 'metrics');
    expect([code, stderr]).toEqual([0, expect.stringContaining('$DESTINO_METRICS_FILE') as string]);
    expect((await trial.objects('job', 'metrics', 'none')).objects).toMatchObject([{ attempts: [] }]);
    expect((await trial.run('job', 'metrics', 'none', '--attempt', '2')).code).toBe(5);
  });
});
