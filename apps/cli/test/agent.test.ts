import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliTrial } from './cli.support.ts';

let trial: CliTrial;
beforeEach(async () => {
  trial = await CliTrial.start();
});
afterEach(async () => {
  await trial[Symbol.asyncDispose]();
});

const waits = (file: string): string[] => ['sh', '-c', `echo begun; until [ -e ${trial.folder}/${file} ]; do sleep 0.05; done; echo ended`];
/** Longer than any test: what must not end by itself. */
const forever = ['sh', '-c', 'echo begun; exec sleep 600'];

describe('work that goes on without the command line', () => {
  it('is left to the agent by --detach, and followed by another process to its end', async () => {
    const left = await trial.objects('run', '--detach', '--name', 'away', '--', ...waits('go'));
    expect(left.code).toBe(0);
    expect(left.objects[0]).toMatchObject({ name: 'away' });
    expect(await trial.agent()).toBeGreaterThan(0);
    const follower = trial.begin(['logs', '-f', 'away']);
    await follower.until('begun');
    await trial.write({ go: '' });
    expect(await follower.ended).toMatchObject({ stdout: 'begun\nended\n', code: 0 });
    expect((await trial.objects('job', 'wait', 'away')).objects[0]).toMatchObject({ state: 'succeeded', exitCode: 0 });
  });

  it('has one agent whoever asks for it, and none once nothing is left to do', async () => {
    await Promise.all([trial.run('run', '-d', '-n', 'one', '--', ...waits('go')), trial.run('run', '-d', '-n', 'two', '--', ...waits('go'))]);
    const first = await trial.agent();
    await trial.run('run', '-d', '-n', 'three', '--', ...waits('go'));
    expect(await trial.agent()).toBe(first);
    await trial.write({ go: '' });
    for (const name of ['one', 'two', 'three']) expect((await trial.run('job', 'wait', name)).code).toBe(0);
    // Asking keeps it awake, so it is asked less often than it lingers.
    while ((await trial.agent()) !== undefined) await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await trial.objects('job', 'list', '--state', 'succeeded')).objects).toHaveLength(3);
  });

  it('is found again, and told right, after its agent was killed', async () => {
    await trial.run('run', '-d', '-n', 'orphan', '--', ...waits('go'));
    const agent = await trial.agent();
    process.kill(agent ?? 0, 'SIGKILL');
    await trial.write({ go: '' });
    const end = await trial.objects('job', 'wait', 'orphan', '--timeout', '60');
    expect(end.code).toBe(0);
    expect(end.objects[0]).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect((await trial.run('logs', 'orphan')).stdout).toBe('begun\nended\n');
  });

  it('goes on when the command line is killed, and its end is noticed by the next command', async () => {
    const running = trial.begin(['run', '-n', 'killed', '--', ...waits('go')]);
    await running.until('begun');
    running.process.kill('SIGKILL');
    await running.ended;
    await trial.write({ go: '' });
    expect((await trial.run('job', 'wait', 'killed', '--timeout', '60')).code).toBe(0);
  });
});

describe('secrets of work that goes on', () => {
  const job = (secret: string): string => `command: until [ -e ${trial.folder}/go ]; do sleep 0.05; done; printf %s "$TOKEN" | wc -c\nenvironment: azureml:here@latest\nenvironment_variables: { TOKEN: "\${{secrets.${secret}}}" }\n`;

  it('are resolved by an agent that ran before they were set', async () => {
    await trial.write({ 'destino.yaml': 'environments: { here: host }\n' });
    await trial.run('run', '-d', '-n', 'before', '--', ...waits('go'));
    await trial.begin(['secret', 'set', 'hf'], { input: 'twelve chars' }).ended;
    await trial.write({ 'job.yml': job('hf') });
    const left = await trial.run('run', 'job.yml', '-d', '-n', 'with');
    expect(left.stderr).not.toContain('nobody supervises');
    await trial.write({ go: '' });
    expect((await trial.run('job', 'wait', 'with')).code).toBe(0);
    expect((await trial.run('logs', 'with')).stdout.trim()).toBe('12');
  });
});

describe('leaving', () => {
  it('leaves the job running at SIGINT without a terminal, says how to come back, and exits 7', async () => {
    const running = trial.begin(['run', '-n', 'left', '--', ...waits('go')]);
    await running.until('begun');
    running.process.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).toBe(7);
    expect(stderr).toContain('SIGINT: leaving left (--on-exit detach)');
    expect(stderr).toContain('come back with: destino logs -f left');
    expect((await trial.objects('job', 'show', 'left')).objects[0]).toMatchObject({ state: 'running' });
    await trial.write({ go: '' });
    expect((await trial.run('job', 'wait', 'left')).code).toBe(0);
  });

  it('cancels the job at SIGTERM with --on-exit cancel, and exits 3', async () => {
    const running = trial.begin(['run', '-n', 'ended', '--on-exit', 'cancel', '--', ...forever]);
    await running.until('begun');
    running.process.kill('SIGTERM');
    expect((await running.ended).code).toBe(3);
    expect((await trial.objects('job', 'show', 'ended')).objects[0]).toMatchObject({ state: 'cancelled' });
  });
});

describe('destino job', () => {
  it('cancels by name, by a beginning of it, and all that filters leave, with --yes only', async () => {
    for (const name of ['first', 'second']) await trial.run('run', '-d', '-n', name, '--', ...forever);
    expect((await trial.objects('job', 'cancel', 'fir')).objects[0]).toMatchObject({ name: 'first', state: 'cancelled' });
    const asked = await trial.run('job', 'cancel', '--all');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain('--yes');
    expect((await trial.objects('job', 'show', 'second')).objects[0]).toMatchObject({ state: 'running' });
    expect((await trial.objects('job', 'cancel', '--all', '--target', 'local', '--yes')).objects[0]).toMatchObject({ name: 'second', state: 'cancelled' });
  });

  it('says that a job is still running when the wait is over, with 7', async () => {
    await trial.run('run', '-d', '-n', 'long', '--', ...forever);
    expect((await trial.run('job', 'wait', '--timeout', '300ms')).code).toBe(7);
  });

  it('tells several jobs with the same beginning apart by asking for more, and a missing one by 5', async () => {
    await trial.run('run', '-n', 'same-one', '--', 'true');
    await trial.run('run', '-n', 'same-two', '--', 'true');
    expect((await trial.run('job', 'show', 'same')).stderr).toContain('same-two, same-one');
    expect((await trial.run('job', 'show', 'other')).code).toBe(5);
    expect((await trial.objects('job', 'show')).objects[0]).toMatchObject({ name: 'same-two' });
  });

  it('runs a job again as a new one, and tells the two apart', async () => {
    await trial.run('run', '-n', 'was', '--', 'sh', '-c', 'echo again; exit 1');
    const again = await trial.objects('job', 'retry', 'was', '--name', 'is');
    expect(again.code).toBe(1);
    expect(again.objects[0]).toMatchObject({ name: 'is', tags: { 'destino.retry-of': 'was' } });
    expect((await trial.objects('job', 'diff', 'was', 'is')).objects[0]).toMatchObject({ differences: [] });
    expect((await trial.objects('why', 'was')).objects[0]).toMatchObject({ state: 'failed', explanations: [{ candidate: 'local' }] });
  });
});
