import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stagedJobFolder } from '../src/index.ts';
import { TrialContainer } from './trial-container.ts';

let trial: TrialContainer;
beforeEach(() => {
  trial = new TrialContainer();
});
afterEach(() => trial.dispose());

const control = (words: string): Promise<unknown> => trial.staging.append(`${stagedJobFolder(trial.key)}/control`, 0, new TextEncoder().encode(words));

describe('a job in one container', () => {
  it('is fetched, run and pushed: code, log, outputs, record; and ends as the command ended', async () => {
    await trial.prepare('cat "data dir/a.txt"; echo $GREETING; echo bad >&2; printf x > outputs/model; mkdir -p outputs/d; printf "two words" > "outputs/d/two words"; exit 3', { 'data dir/a.txt': 'from code\n' });
    expect(await trial.start('contain').code).toBe(3);
    expect([await trial.log(), await trial.log('stderr')]).toEqual(['from code\nhi\n', 'bad\n']);
    expect(await trial.outputs()).toEqual({ 'default/model': 'x', 'default/d/two words': 'two words' });
    expect(await trial.record()).toMatchObject({ ended: { code: 3, cause: 'exit' }, pushed: { outputs: 'all', logs: true } });
  });

  it('runs once, however many containers are started for it', async () => {
    await trial.prepare('echo ran; sleep 0.5');
    const roots = [1, 2, 3].map((each) => `${trial.root}-${each}`);
    const codes = await Promise.all(roots.map((root) => trial.prepare('echo ran', {}).then(() => trial.start('contain', {}, root).code)));
    expect(codes.filter((code) => code === 97)).toHaveLength(2);
    await trial.until('it ended', async () => (await trial.record())?.pushed);
  });

  it('tells each byte of a log once, while it grows', async () => {
    await trial.prepare('i=0; while [ $i -lt 40 ]; do echo line $i; i=$((i+1)); sleep 0.1; done');
    const { code } = trial.start('contain');
    await trial.until('a part was pushed', async () => (await trial.staging.size(`${stagedJobFolder(trial.key)}/stdout`)) ?? false);
    expect((await trial.record())?.ended).toBeUndefined();
    await code;
    expect(await trial.log()).toBe(Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join(''));
  });

  it('ends when its control says so, what escaped included', async () => {
    await trial.prepare("trap 'echo bye; exit 0' TERM; setsid sleep 100 & echo up; while :; do sleep 0.1; done");
    const { code } = trial.start('contain');
    await trial.until('it is up', () => trial.file('stdout') === 'up\n');
    await control('cancel 3000');
    await code;
    expect(await trial.record()).toMatchObject({ ended: { cause: 'cancelled' }, pushed: { outputs: 'all' } });
    expect(await trial.log()).toBe('up\nbye\n');
  });

  it('ends when the platform ends the container, and still pushes what there is', async () => {
    await trial.prepare("trap 'echo bye; exit 5' TERM; echo 1 > outputs/kept; echo up; while :; do sleep 0.1; done");
    const { child, code } = trial.start('contain');
    await trial.until('it is up', () => trial.file('stdout') === 'up\n');
    child.kill('SIGTERM');
    await code;
    expect(await trial.record()).toMatchObject({ ended: { cause: 'platform', code: 5 }, pushed: { outputs: 'all' } });
    expect([await trial.log(), await trial.outputs()]).toEqual(['up\nbye\n', { 'default/kept': '1\n' }]);
  });

  it('is ended at its time-out', async () => {
    await trial.prepare('sleep 100', {}, { timeoutMs: 500 });
    await trial.start('contain').code;
    expect(await trial.record()).toMatchObject({ ended: { cause: 'timeout' } });
  });

  it('never begins when its code is damaged or missing, and says so in record and log', async () => {
    await trial.prepare('echo ran', { 'a.py': 'print(1)' });
    const [content = ''] = (await trial.staging.list('content/')).filter(({ sizeBytes }) => sizeBytes > 1000).map(({ path }) => path.slice('content/'.length));
    const file = join(trial.folder, 'staging/content', content.slice(0, 2), content);
    rmSync(file);
    writeFileSync(file, 'damaged');
    const { code, said } = trial.start('contain');
    expect(await code).toBe(98);
    expect(said()).toContain('code is damaged where it is stored');
    expect(await trial.record()).toMatchObject({ ended: { cause: 'setup' } });
    expect(await trial.log('stderr')).toContain('code is damaged');
    await expect(trial.log()).rejects.toMatchObject({ code: 'not-found' });
  });

  it('keeps addresses and its own settings from the command', async () => {
    await trial.prepare('env');
    await trial.start('contain').code;
    const log = await trial.log();
    expect(log).toContain('GREETING=hi');
    expect(log).not.toMatch(/staging|DESTINO_(GIVEN|URLS|ROOT|PUSH_S|PATIENCE_S|CARRIER)/);
  });
});

describe('a job in the user’s image, with a carrier beside it', () => {
  const beside = { DESTINO_CARRIER: '1' };

  it('is prepared before, run in its own, and carried', async () => {
    await trial.prepare('cat a; echo 1 > outputs/x; exit 4', { a: 'code\n' });
    expect(await trial.start('prepare').code).toBe(0);
    const carrier = trial.start('carry', beside);
    const main = trial.start('main', beside);
    expect([await main.code, await carrier.code]).toEqual([4, 0]);
    expect([await trial.log(), await trial.outputs()]).toEqual(['code\n', { 'default/x': '1\n' }]);
    expect(await trial.record()).toMatchObject({ ended: { code: 4, cause: 'exit' }, pushed: { outputs: 'all' } });
  });

  it('is known to have ended when its container is killed, without a word from it', async () => {
    await trial.prepare('echo up; sleep 100');
    await trial.start('prepare').code;
    const carrier = trial.start('carry', beside);
    const main = trial.start('main', beside);
    await trial.until('it is up', () => trial.file('stdout') === 'up\n');
    process.kill(-(main.child.pid ?? 0), 'SIGKILL');
    expect(await carrier.code).toBe(0);
    expect(await trial.record()).toMatchObject({ ended: { cause: 'signal', signal: 'KILL', note: 'runner-gone' } });
    expect(await trial.log()).toBe('up\n');
  });

  it('is known to have ended when the far side says so, where it never began', async () => {
    await trial.prepare('echo never');
    await trial.start('prepare').code;
    const carrier = trial.start('carry', beside);
    await control('gone');
    expect(await carrier.code).toBe(0);
    expect(await trial.record()).toMatchObject({ ended: { note: 'runner-gone' } });
  });

  it('is ended through the carrier, which is in another container', async () => {
    await trial.prepare("trap '' TERM; echo up; while :; do sleep 0.1; done");
    await trial.start('prepare').code;
    const carrier = trial.start('carry', beside);
    const main = trial.start('main', beside);
    await trial.until('it is up', () => trial.file('stdout') === 'up\n');
    await control('cancel 300');
    await Promise.all([main.code, carrier.code]);
    expect(await trial.record()).toMatchObject({ ended: { cause: 'cancelled' } });
  });

  it('does not run again when its container is started again', async () => {
    await trial.prepare('echo ran');
    await trial.start('prepare').code;
    await trial.start('main').code;
    expect(await trial.start('main').code).toBe(97);
    expect(trial.file('stdout')).toBe('ran\n');
    expect(existsSync(join(trial.job, 'claim'))).toBe(true);
    expect(readdirSync(join(trial.job, 'work'))).toEqual(['outputs']);
  });
});
