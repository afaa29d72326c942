import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrialRoot, bootId } from './trial-root.ts';

describe('one job', () => {
  let trial: TrialRoot;
  beforeEach(() => {
    trial = new TrialRoot();
  });
  afterEach(() => trial.dispose());

  it('leaves its output, its exit code and who ran it', () => {
    const key = trial.prepare('printf out; printf err >&2; exit 3');
    expect(trial.run('run', key).code).toBe(0);
    expect(trial.read(key, 'stdout')).toBe('out');
    expect(trial.read(key, 'stderr')).toBe('err');
    const { claimed, running, ended } = trial.record(key);
    expect(ended).toMatchObject({ code: 3, cause: 'exit' });
    expect(ended?.signal).toBeUndefined();
    expect(claimed?.bootId).toBe(bootId);
    expect(running?.pid).toBeGreaterThan(0);
    expect(ended?.atMs).toBeGreaterThanOrEqual(running?.atMs ?? Infinity);
  });

  it('is refused to a second starter of the same key, who changes nothing', () => {
    const key = trial.prepare('echo once');
    trial.run('run', key);
    const before = trial.read(key, 'record');
    expect(trial.run('run', key).code).toBe(97);
    expect(trial.read(key, 'record')).toBe(before);
    expect(trial.read(key, 'stdout')).toBe('once\n');
  });

  it('runs once when twenty start it at the same instant', async () => {
    const key = trial.prepare('echo ran; sleep 0.2');
    const codes = await Promise.all(Array.from({ length: 20 }, () => trial.start('run', key).code));
    expect(codes.filter((code) => code === 97)).toHaveLength(19);
    expect(codes.filter((code) => code === 0)).toHaveLength(1);
    expect(trial.read(key, 'stdout')).toBe('ran\n');
  });

  it('tells a missing command as its own exit 127', () => {
    const key = trial.prepare('no-such-command');
    trial.run('run', key);
    expect(trial.record(key).ended).toMatchObject({ code: 127, cause: 'exit' });
  });

  it('tells a signal by name, and keeps the shell code', () => {
    const key = trial.prepare('kill -s SEGV $$');
    trial.run('run', key);
    expect(trial.record(key).ended).toMatchObject({ code: 139, signal: 'SEGV', cause: 'signal' });
  });

  it('still has an exit record when the whole group of the job is killed', async () => {
    const key = trial.prepare('sleep 100 & sleep 100');
    const { code } = trial.start('run', key);
    const { pid } = await trial.running(key);
    await trial.until('the job leads a group', () => trial.marked(key).length >= 3);
    process.kill(-pid, 'SIGKILL');
    expect(await trial.ended(key)).toMatchObject({ code: 137, signal: 'KILL', cause: 'signal' });
    expect(await code).toBe(0);
  });

  it('ends what the first process left behind in its group', async () => {
    const key = trial.prepare('sleep 100 & echo gone');
    trial.run('run', key);
    expect(trial.record(key).ended).toMatchObject({ code: 0, cause: 'exit' });
    expect(trial.marked(key)).toEqual([]);
  });

  it('tells a missing folder as setup, not as the job', () => {
    const key = trial.prepare('true');
    const start = join(trial.folder(key), 'start');
    writeFileSync(start, readFileSync(start, 'utf8').replace(/^cd -- .*$/m, "cd /no/such/folder || fail_setup 'the job folder is gone'"));
    trial.run('run', key);
    expect(trial.record(key).ended).toMatchObject({ cause: 'setup', note: 'setup' });
    expect(trial.read(key, 'setup')).toBe('the job folder is gone\n');
  });

  it('tells a missing start script as setup', () => {
    const key = trial.prepare('true');
    rmSync(join(trial.folder(key), 'start'));
    trial.run('run', key);
    expect(trial.record(key).ended).toMatchObject({ cause: 'setup', note: 'no-start' });
  });

  it('gives the job exactly its variables, odd names and odd values too', () => {
    const variables = { A: "it's \"q\" $HOME `x` \\", 'odd.name-1': 'x y', LINES_: 'a\nb', IFS: ':', UNI: 'späß', key: 'own', job: 'own' };
    const key = trial.prepare(['env', '-0'], { variables });
    trial.run('run', key);
    const seen = Object.fromEntries(trial.read(key, 'stdout').split('\0').filter(Boolean).map((pair) => pair.split(/=([\s\S]*)/, 2)));
    expect(seen).toMatchObject({ ...variables, DESTINO_KEY: key });
    const shells = new Set(['PATH', 'PWD', 'OLDPWD', 'SHLVL', '_', 'DESTINO_KEY']);
    expect(Object.keys(seen).filter((name) => !shells.has(name) && !(name in variables))).toEqual([]);
  });

  it('starts with default signal dispositions, the invoker’s umask and an empty standard input', () => {
    const key = trial.prepare('grep -E "^SigIgn" /proc/self/status; umask; cat; ls -l /proc/self/fd');
    trial.run('run', key);
    const [ignored, mask, ...descriptors] = trial.read(key, 'stdout').trim().split('\n');
    expect(ignored).toMatch(/\t0000000000000000$/);
    expect(mask).toBe(process.umask().toString(8).padStart(4, '0'));
    expect(descriptors.filter((line) => line.includes(trial.root))).toHaveLength(2); // its output and its errors
  });

  it('takes binary output of any size straight into the file', () => {
    const key = trial.prepare('head -c 3000000 /dev/zero; printf "no newline at end"');
    trial.run('run', key);
    expect(statSync(join(trial.folder(key), 'stdout')).size).toBe(3_000_017);
    expect(readdirSync(trial.folder(key)).toSorted()).toEqual(['claim', 'record', 'start', 'stderr', 'stdout']);
  });

  it('never ends before it began, though the clock is set back meanwhile', () => {
    const bin = join(trial.root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'date'), `#!/bin/sh\ncat '${bin}/now'\n`, { mode: 0o755 });
    writeFileSync(join(bin, 'now'), '1900000000000\n');
    const turned = new TrialRoot({ environment: { PATH: `${bin}:/usr/local/bin:/usr/bin:/bin` } });
    const key = turned.prepare(`echo 1700000000000 > '${bin}/now'; sleep 0.1`);
    turned.run('run', key);
    const { running, ended } = turned.record(key);
    expect(running?.atMs).toBeGreaterThanOrEqual(1_900_000_000_000);
    expect((ended?.atMs ?? 0) - (running?.atMs ?? 0)).toBeGreaterThanOrEqual(90);
    turned.dispose();
  });

  it('asks the hook after the end for a note', () => {
    const key = trial.prepare('exit 137');
    writeFileSync(join(trial.folder(key), 'after'), 'echo oom; false\n');
    trial.run('run', key);
    expect(trial.record(key).ended).toMatchObject({ cause: 'oom', note: 'oom', code: 137 });
  });

  it('refuses a key that is none', () => {
    for (const key of ['', '../x', 'UPPER', 'a'.repeat(25), 'a'.repeat(27)]) expect(trial.run('run', key).code).toBe(64);
    expect(existsSync(join(trial.root, 'jobs', 'claim'))).toBe(false);
  });
});
