import { setTimeout } from 'node:timers/promises';
import { isDestinoError } from '@destino/core/errors';
import type { Handle } from '@destino/core/model';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from './lab.ts';
import { freshKey, spec, Trial } from './trial.ts';

describe('real machines under faults', { timeout: 240_000 }, () => {
  let lab: Lab;
  const trials: Trial[] = [];
  const open = (machine: number): Trial => {
    const trial = new Trial(lab.config(machine));
    trials.push(trial);
    return trial;
  };
  beforeAll(async () => {
    lab = await Lab.start(2, '198.18.77');
  });
  afterEach(async () => {
    for (const trial of trials.splice(0)) await trial.close();
  });
  afterAll(async () => await lab.end());

  /** Again and again while the machine cannot be reached, as the engine does. */
  async function persist<T>(work: () => Promise<T>, tries = 60, onRetry: () => void = () => undefined): Promise<T> {
    for (let count = 1; ; count += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isDestinoError(error, 'unavailable') || count >= tries) throw error;
        onRetry();
        await setTimeout(Math.min(2000, error.retryAfterMs ?? 300));
      }
    }
  }

  async function wholeLog(trial: Trial, handle: Handle): Promise<string> {
    let text = '';
    let since: string | undefined;
    await persist(async () => {
      for await (const record of trial.jobs.logs(handle, { follow: true, ...(since !== undefined && { since }) })) {
        if ('bytes' in record) text += Buffer.from(record.bytes).toString();
        since = record.cursor;
      }
    });
    return text;
  }

  const counting = (lines: number): string => `i=0; while [ $i -lt ${lines} ]; do echo line $i; i=$((i+1)); sleep 0.02; done; echo x >> $HOME/ran-$KEY`;
  const counted = (lines: number): string => Array.from({ length: lines }, (_, index) => `line ${index}\n`).join('');

  it.each([
    ['a cable that was pulled', ['cut', '1'], ['heal', '1']],
    ['a network that drops everything', ['blackhole', '1'], ['heal', '1']],
    ['a machine that stood still', ['freeze', '1'], ['thaw', '1']],
    ['an SSH service that was restarted', ['sshd', '1', 'stop'], ['sshd', '1', 'start']],
    ['a network that loses packets', ['loss', '1', '10'], ['heal', '1']],
  ])('a job outlives %s, runs once, and its log is whole', async (_what, fault, remedy) => {
    const trial = open(1);
    const key = freshKey();
    const handle = await trial.submit(spec(counting(150), { variables: { KEY: key } }), key);
    const log = wholeLog(trial, handle);
    await setTimeout(700);
    await lab.do(...fault);
    await setTimeout(2000);
    await lab.do(...remedy);
    expect(await log).toBe(counted(150));
    expect(await persist(async () => (await trial.ended(handle)).state)).toBe('succeeded');
    const check = await trial.submit(spec(`wc -l < $HOME/ran-${key}`));
    expect((await wholeLog(trial, check)).trim()).toBe('1');
  });

  it('a submission over a line that breaks at any instant runs once', async () => {
    const trial = open(1);
    const handles = new Map<string, Handle>();
    let stop = false;
    let broken = 0;
    let retried = 0;
    const breaking = (async () => {
      for (; !stop; broken += 1) {
        await setTimeout(20 + ((broken * 37) % 90));
        await lab.do('drop', '1');
      }
    })();
    const snapshot = trial.context.addSnapshot({ 'run.sh': 'echo x >> "$HOME/once-$1"\n' });
    for (let count = 0; count < 12 || (Math.min(broken, retried) < 3 && count < 100); count += 1) {
      const key = freshKey();
      handles.set(key, await persist(async () => await trial.submit(spec(`sh run.sh ${key}`, { snapshot }), key), 200, () => (retried += 1)));
    }
    stop = true;
    await breaking;
    expect(Math.min(broken, retried)).toBeGreaterThan(2);
    for (const handle of handles.values()) expect(await persist(async () => (await trial.ended(handle)).state)).toBe('succeeded');
    const check = await trial.submit(spec([...handles.keys()].map((key) => `wc -l < $HOME/once-${key}`).join('; ')));
    expect((await wholeLog(trial, check)).trim().split('\n').map(Number)).toEqual(Array.from(handles, () => 1));
  });

  it('a job on a machine that lost its power is told as gone for sure, and its key never runs again', async () => {
    const trial = open(2);
    const key = freshKey();
    const handle = await trial.submit(spec('echo x >> $HOME/power; sleep 600'), key);
    await trial.until(handle, ({ state }) => state === 'running');
    await lab.do('kill', '2');
    expect(await trial.look(handle)).toMatchObject({ seen: 'unknown', error: { code: 'unavailable' } });
    await lab.do('boot', '2');
    let seen = await trial.look(handle);
    for (let tries = 0; seen.seen === 'unknown' && tries < 100; tries += 1) {
      await setTimeout(500);
      seen = await trial.look(handle);
    }
    expect(seen).toMatchObject({ seen: 'absent', conclusive: true });
    await trial.submit(spec('echo x >> $HOME/power'), key);
    const check = await trial.submit(spec('wc -l < $HOME/power'));
    expect((await wholeLog(trial, check)).trim()).toBe('1');
  });

  it('an upload over a line that breaks goes on where it was, and arrives whole', async () => {
    const trial = open(1);
    const text = Array.from({ length: 30 }, (_, index) => Buffer.alloc(900_000, `${freshKey()}${index}`).toString('latin1')).join('');
    const snapshot = trial.context.addSnapshot({ 'data.bin': text });
    const key = freshKey();
    let broken = 0;
    await persist(async () => {
      await trial.jobs.stage?.(spec('true', { snapshot }), {
        key,
        fence: 1,
        onProgress: ({ doneBytes }) => {
          if (doneBytes === 0 || broken > 0) return;
          broken += 1;
          void lab.do('blackhole', '1').then(async () => await setTimeout(1000)).then(async () => await lab.do('heal', '1'));
        },
      });
    });
    expect(broken).toBe(1);
    const handle = await trial.submit(spec('wc -c < data.bin', { snapshot }), key);
    expect((await wholeLog(trial, handle)).trim()).toBe(String(text.length));
  });

  it('a full disk is told by its name, leaves nothing half-written, and the same call succeeds when there is room', async () => {
    const trial = open(2);
    const snapshot = trial.context.addSnapshot({ 'data.bin': Buffer.alloc(3_000_000, freshKey()).toString('latin1') });
    await trial.jobs.find(freshKey());
    await lab.do('fill', '2');
    const key = freshKey();
    await expect(trial.submit(spec('true', { snapshot }), key)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/the disk \/home is full/), hint: expect.stringContaining('free space') });
    expect(await trial.jobs.find(key)).toMatchObject({ found: false, conclusive: true });
    await lab.do('unfill', '2');
    expect((await trial.ended(await trial.submit(spec('true', { snapshot }), key))).state).toBe('succeeded');
  });

  it('a machine with another host key is refused after its reboot', async () => {
    const trial = open(2);
    await trial.jobs.find(freshKey());
    await trial.close();
    await lab.do('rekey', '2');
    const { knownHostsFile = '' } = lab.config(2);
    const before = new Trial({ ...lab.config(2), knownHostsFile: knownHostsFile.replace('known_hosts', 'known_before') });
    trials.push(before);
    await expect(before.jobs.find(freshKey())).rejects.toMatchObject({ code: 'forbidden', message: expect.stringContaining('has changed') });
  });
});
