import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Handle, JobSpecInput } from '@destino/core/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Trial, searchPath, spec } from './trial.ts';

const script = join(import.meta.dirname, '../../../tools/testbed/docker.sh');
const state = `/var/tmp/destino-testbed-docker-${process.pid}`;
const environment = { ...process.env, TESTBED_STATE: state };

describe('jobs in containers', () => {
  let trial: Trial;
  let host: string;
  beforeAll(() => {
    host = execFileSync(script, ['up'], { env: environment, encoding: 'utf8' }).trim();
    trial = new Trial({ dockerHost: host, cores: 2 });
  }, 300_000);
  afterAll(() => {
    execFileSync(script, ['down'], { env: environment });
    rmSync(state, { recursive: true, force: true });
    trial.dispose();
  });

  const image = (command: string, rest: Partial<JobSpecInput> = {}) => spec(command, { environment: { kind: 'image', image: 'destino-test/shell:1' }, ...rest });
  const containers = (): string => execFileSync('docker', ['--host', host, 'ps', '-aq'], { encoding: 'utf8' });
  const running = async (handle: Handle): Promise<void> => {
    await trial.until(handle, ({ state: now }) => now === 'running');
    while (containers() === '' || !(await hasOutput(handle))) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const hasOutput = async (handle: Handle): Promise<boolean> => {
    for await (const record of trial.jobs.logs(handle, { follow: false })) if ('bytes' in record) return true;
    return false;
  };

  it('is what the probe says this machine can do', async () => {
    const probe = await trial.target.probe();
    expect(probe.missing['jobs.image']).toBeUndefined();
    expect(probe.attributes['docker']).toMatch(/^\d+\./);
  });

  it('run by bash on the copy of the code, with their variables and secrets, and leave outputs here', async () => {
    trial.context.secretValues.set('token', 'hidden value');
    const snapshot = trial.context.addSnapshot({ 'a b.sh': 'echo "$GREETING from $BASH_VERSION $PATH"; cat $DESTINO_CHECKPOINT_DIR/none 2>/dev/null; echo 1 > outputs/model' });
    const job = image('source "./a b.sh"; echo ${#TOKEN}; exit 4', { snapshot, variables: { GREETING: 'hello "x"' }, secrets: { TOKEN: { secret: 'token' } } });
    const handle = await trial.submit(job);
    expect(await trial.ended(handle)).toMatchObject({ state: 'failed', exits: [{ cause: 'exit', code: 4 }] });
    expect(await trial.log(handle)).toMatch(/^hello "x" from 5\S* \/bin\n12\n$/);
    const names: string[] = [];
    for await (const file of trial.jobs.outputs(handle)) names.push(file.path);
    expect(names).toEqual(['model']);
    expect(containers()).toBe('');
  });

  it('end, container and all, when they are cancelled or their time is up, TERM heeded or not', async () => {
    const polite = await trial.submit(image("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.1; done"));
    await running(polite);
    await trial.jobs.cancel(polite, { graceMs: 5000 });
    expect(await trial.ended(polite)).toMatchObject({ state: 'cancelled' });
    const deaf = await trial.submit(image("trap '' TERM; echo up; while :; do sleep 0.1; done", { timeoutMs: 1500, graceMs: 300 }));
    expect(await trial.ended(deaf)).toMatchObject({ state: 'failed', exits: [{ cause: 'timeout' }] });
    expect(containers()).toBe('');
  });

  it('tell an image that is not to be had, and lack of memory', async () => {
    const missing = await trial.submit(spec('true', { environment: { kind: 'image', image: '127.0.0.1:1/no/such:1' }, baseVariables: { PATH: searchPath } }));
    expect(await trial.ended(missing)).toMatchObject({ state: 'failed', exits: [{ cause: 'image', code: 125 }] });
    const hungry = await trial.submit(image('exec tail /dev/zero', { resources: { memoryBytes: 20_000_000 } }));
    expect(await trial.ended(hungry)).toMatchObject({ state: 'failed', exits: [{ cause: 'oom' }] });
  });
});
