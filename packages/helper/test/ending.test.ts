import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quoteShell } from '../src/quote-shell.ts';
import { TrialRoot } from './trial-root.ts';

/** A descendant that leaves session, group and parent, and ignores TERM. */
const deafProgram = `process.on("SIGTERM",()=>{});setInterval(()=>{},1e5)`;
const fleeing = `require("node:child_process").spawn(process.execPath,["-e",${JSON.stringify(deafProgram)}],{detached:true,stdio:"ignore"}).unref()`;
const escapee = `${quoteShell(process.execPath)} -e ${quoteShell(fleeing)}; `;
const deaf = `trap '' TERM; `;

describe('ending a job', () => {
  let trial: TrialRoot;
  beforeEach(() => {
    trial = new TrialRoot();
  });
  afterEach(() => trial.dispose());

  it('gives a job time to end by itself', async () => {
    const key = trial.prepare(`trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done`);
    trial.start('run', key);
    await trial.until('it is up', () => trial.read(key, 'stdout') === 'up\n');
    trial.run('end', key, 'cancelled', '5000');
    expect(await trial.ended(key)).toMatchObject({ code: 5, cause: 'cancelled' });
    expect(trial.read(key, 'stdout')).toBe('up\nbye\n');
  });

  it('forces a tree that ignores TERM, and one that fled into a session of its own', async () => {
    const key = trial.prepare(`${deaf} ${escapee} (trap '' TERM; sleep 100) & sleep 0.1; echo up; while :; do sleep 0.1; done`);
    trial.start('run', key);
    await trial.until('it is up', () => trial.read(key, 'stdout') === 'up\n' && trial.marked(key).length >= 3);
    trial.run('end', key, 'cancelled', '300');
    expect(await trial.ended(key)).toMatchObject({ code: 137, signal: 'KILL', cause: 'cancelled' });
    expect(trial.marked(key)).toEqual([]);
  });

  it('ends a job that threw its environment away', async () => {
    const key = trial.prepare('echo up; exec env -i sleep 100');
    trial.start('run', key);
    await trial.until('it is up', () => trial.read(key, 'stdout') === 'up\n');
    trial.run('end', key, 'cancelled', '1000');
    expect(await trial.ended(key)).toMatchObject({ signal: 'TERM', cause: 'cancelled' });
  });

  it('ends a stopped job', async () => {
    const key = trial.prepare('echo up; kill -s STOP $$; sleep 100');
    trial.start('run', key);
    await trial.until('it is up', () => trial.read(key, 'stdout') === 'up\n');
    trial.run('end', key, 'cancelled', '200');
    expect(await trial.ended(key)).toMatchObject({ cause: 'cancelled' });
  });

  it('keeps a job that has not begun from ever beginning', () => {
    const key = trial.prepare('echo ran');
    trial.run('end', key, 'cancelled', '1000');
    expect(trial.record(key).ended).toMatchObject({ cause: 'cancelled' });
    expect(trial.run('run', key).code).toBe(97);
    expect(trial.read(key, 'stdout')).toBe('');
  });

  it('changes nothing about a job that has ended', () => {
    const key = trial.prepare('exit 4');
    trial.run('run', key);
    const before = trial.read(key, 'record');
    expect(trial.run('end', key, 'cancelled', '1000').code).toBe(0);
    expect(trial.read(key, 'record')).toBe(before);
  });

  it('enforces the time-out by itself', async () => {
    const key = trial.prepare(`${deaf} ${escapee} while :; do sleep 0.1; done`, { timeoutMs: 300, graceMs: 200 });
    trial.start('run', key);
    expect(await trial.ended(key)).toMatchObject({ cause: 'timeout', signal: 'KILL' });
    expect(trial.marked(key)).toEqual([]);
  });

  it('leaves nothing of the watch behind when the job ends before its time-out', async () => {
    const key = trial.prepare('true', { timeoutMs: 86_400_000 });
    const { child } = trial.start('run', key);
    await trial.ended(key);
    const group = child.pid ?? 0;
    await trial.until('the group of the runner is empty', () => !groupLives(group));
  });

  it('tells the end of a job whose runner was killed first', async () => {
    const key = trial.prepare('sleep 100');
    trial.start('run', key);
    await trial.running(key);
    process.kill(trial.record(key).claimed?.pid ?? 0, 'SIGKILL');
    trial.run('end', key, 'cancelled', '1000');
    expect(trial.record(key).ended).toMatchObject({ cause: 'cancelled', note: 'runner-gone' });
    expect(trial.marked(key)).toEqual([]);
  });
});

function groupLives(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}
