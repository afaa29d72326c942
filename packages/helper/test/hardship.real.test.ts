import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSeededRandom } from '@destino/driver-testkit';
import { TrialRoot } from './trial-root.ts';

const sh = (line: string): Buffer => execFileSync('sh', ['-c', line]);

/** Needs root: it mounts small file systems and steps down to another account. */
describe('the helper in hardship', () => {
  let place: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'destino-hard-'));
    sh(`mount -t tmpfs -o size=512k,mode=0777 tmpfs '${place}'`);
  });
  afterEach(() => {
    sh(`umount --lazy '${place}'`);
    rmSync(place, { recursive: true, force: true });
  });

  const fill = (): void => {
    try {
      execFileSync('sh', ['-c', `cat /dev/zero > '${place}/filler'`], { stdio: 'ignore' });
    } catch {
      // that it ends in an error is what it is for
    }
  };

  it('records the end of a job that filled the disk, with that as the note', () => {
    const trial = new TrialRoot({ parent: place });
    const key = trial.prepare('cat /dev/zero > big; echo no more >&2; exit 9');
    expect(trial.run('run', key).code).toBe(0);
    expect(trial.record(key).ended).toMatchObject({ code: 9, cause: 'exit', note: 'disk-full' });
  });

  it('tells a job that cannot begin on a full disk, and never half a record', () => {
    const trial = new TrialRoot({ parent: place });
    const keys = Array.from({ length: 5 }, () => trial.prepare('echo ran'));
    fill();
    for (const key of keys) {
      const { code } = trial.run('run', key);
      const { ended } = trial.record(key);
      expect(code === 98 ? ended === undefined : ended !== undefined).toBe(true);
    }
    rmSync(join(place, 'filler'));
    const [key = ''] = keys;
    expect([0, 97]).toContain(trial.run('run', key).code);
  });

  it('says 98 on a file system that cannot be written, and runs nothing', async () => {
    const trial = new TrialRoot({ parent: place });
    const witness = join(tmpdir(), `destino-witness-${process.pid}`);
    const key = trial.prepare(`: > ${witness}`);
    sh(`mount -o remount,ro '${place}'`);
    expect(trial.run('run', key).code).toBe(98);
    expect(existsSync(witness)).toBe(false);
    expect(await trial.start('serve').code).toBe(98);
    sh(`mount -o remount,rw '${place}'`);
  });

  it('works for an account other than root', async () => {
    const trial = new TrialRoot({ parent: place, wrap: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] });
    const key = trial.prepare('id -u; sleep 100 & echo left');
    const escaped = trial.prepare(`trap '' TERM; setsid sh -c 'trap "" TERM; sleep 100' & echo up; while :; do sleep 0.1; done`);
    execFileSync('chown', ['-R', '65534:65534', trial.root]);
    expect(trial.run('run', key).code).toBe(0);
    expect(trial.read(key, 'stdout')).toBe('65534\nleft\n');
    trial.start('run', escaped);
    await trial.until('it is up', () => trial.read(escaped, 'stdout') === 'up\n' && trial.marked(escaped).length >= 2);
    trial.run('end', escaped, 'cancelled', '200');
    expect(await trial.ended(escaped)).toMatchObject({ cause: 'cancelled' });
    expect(trial.marked(escaped)).toEqual([]);
    expect(statSync(join(trial.folder(key), 'claim')).mode & 0o077).toBe(0);
  });
});

describe('the helper killed at any point', () => {
  it('never runs a job twice, loses none that had begun to end, and its queue goes on', async () => {
    const random = createSeededRandom(7);
    const trial = new TrialRoot();
    trial.capacity(4, 1000, '-');
    const ran = join(trial.root, 'ran');
    const keys = Array.from({ length: 60 }, (_, index) => trial.submit(`echo ${index} >> '${ran}'; sleep 0.0${index % 7}`));
    for (let round = 0; round < 25; round += 1) {
      const { child } = trial.start('serve');
      await new Promise((resolve) => setTimeout(resolve, random.next() * 120));
      const living = keys.flatMap((key) => trial.record(key).claimed?.pid ?? []);
      const victim = random.next() < 0.5 ? child.pid : living[Math.floor(random.next() * living.length)];
      if (victim === undefined || !existsSync(`/proc/${victim}`)) continue;
      process.kill(victim, 'SIGKILL');
    }
    await trial.start('serve').code;
    await trial.until('nobody serves', () => readdirSync(join(trial.root, 'serve')).every((name) => !name.startsWith('master.')));
    const lines = execFileSync('sort', ['-n', ran], { encoding: 'utf8' }).trim().split('\n');
    expect(new Set(lines).size).toBe(lines.length);
    for (const [index, key] of keys.entries()) {
      const { claimed, ended } = trial.record(key);
      expect(claimed).toBeDefined();
      expect(ended?.cause !== 'exit' || lines.includes(String(index))).toBe(true);
    }
    expect(keys.filter((key) => trial.record(key).ended !== undefined).length).toBeGreaterThan(30);
    trial.dispose();
  });
});

describe('lack of memory', () => {
  const group = `/sys/fs/cgroup/memory/destino-${process.pid}`;
  const second = `/sys/fs/cgroup/destino-${process.pid}`;

  it('is told as such, and an ordinary kill is not', () => {
    const folder = existsSync('/sys/fs/cgroup/memory') ? group : second;
    mkdirSync(folder);
    writeFileSync(join(folder, folder === group ? 'memory.limit_in_bytes' : 'memory.max'), '40000000');
    const enter = join(folder, 'cgroup.procs');
    const trial = new TrialRoot({ wrap: ['sh', '-c', `echo $$ > ${enter}; exec "$@"`, 'sh'] });
    const hungry = trial.prepare('exec tail /dev/zero');
    trial.run('run', hungry);
    expect(trial.record(hungry).ended).toMatchObject({ cause: 'oom', code: 137 });
    const killed = trial.prepare('kill -s KILL $$');
    trial.run('run', killed);
    expect(trial.record(killed).ended).toMatchObject({ cause: 'signal', signal: 'KILL' });
    trial.dispose();
    execFileSync('sh', ['-c', `for i in 1 2 3 4 5; do rmdir ${folder} && break; sleep 0.2; done`]);
  });
});
