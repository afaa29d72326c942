import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { helperScript } from '../src/script.ts';
import { TrialRoot, type TrialOptions } from './trial-root.ts';

beforeAll(() => {
  execFileSync(join(import.meta.dirname, '../../../tools/testbed/shells.sh'), { stdio: 'ignore' });
});

const bare = mkdtempSync(join(tmpdir(), 'destino-bare-'));
afterAll(() => rmSync(bare, { recursive: true, force: true }));
/** A PATH with everything but the named tools. */
function pathWithout(name: string, ...tools: string[]): string {
  const folder = join(bare, name);
  execFileSync('mkdir', ['-p', folder]);
  for (const from of ['/usr/bin', '/bin']) {
    for (const tool of execFileSync('ls', [from], { encoding: 'utf8' }).split('\n')) {
      if (tool === '' || tools.includes(tool)) continue;
      try {
        symlinkSync(join(from, tool), join(folder, tool));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
    }
  }
  return folder;
}

const byNumber = (a: number | null, b: number | null): number => (a ?? 999) - (b ?? 999);

const kinds: [string, () => TrialOptions][] = [
  ['dash', () => ({ shell: ['/bin/dash'] })],
  ['bash', () => ({ shell: ['/bin/bash'] })],
  ['bash as sh', () => ({ shell: ['/bin/bash', '--posix'] })],
  ['busybox sh', () => ({ shell: ['/bin/busybox', 'sh'] })],
  ['dash without setsid', () => ({ shell: ['/bin/dash'], environment: { PATH: pathWithout('no-setsid', 'setsid') } })],
  ['dash without /proc, as on macOS', () => ({ shell: ['/bin/dash'], environment: { DESTINO_PROC: '/no/proc' }, bootId: 'unknown' })],
];

describe('the script', () => {
  it('is clean for shellcheck', () => {
    const file = join(bare, 'helper.sh');
    writeFileSync(file, helperScript().script);
    const { status, stdout } = spawnSync('sh', ['-c', `shellcheck --shell=sh '${file}'`], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});

describe.each(kinds)('under %s', (_name, options) => {
  let trial: TrialRoot;
  afterEach(() => trial.dispose());

  it('claims once, keeps codes and signals, and outlives a kill of the job’s group', async () => {
    trial = new TrialRoot(options());
    const key = trial.prepare('echo ran; exit 3');
    const codes = await Promise.all([1, 2, 3, 4, 5].map(() => trial.start('run', key).code));
    expect(codes.toSorted(byNumber)).toEqual([0, 97, 97, 97, 97]);
    expect(trial.record(key).ended).toMatchObject({ code: 3, cause: 'exit' });
    expect(trial.read(key, 'stdout')).toBe('ran\n');
    const killed = trial.prepare('sleep 100 & sleep 100');
    trial.start('run', killed);
    const { pid } = await trial.running(killed);
    await trial.until('the job leads a group', () => trial.marked(killed).length >= 3);
    process.kill(-pid, 'SIGKILL');
    expect(await trial.ended(killed)).toMatchObject({ code: 137, signal: 'KILL', cause: 'signal' });
  });

  it('cancels the deaf and enforces time-outs', async () => {
    trial = new TrialRoot(options());
    const deaf = trial.prepare(`trap '' TERM; (trap '' TERM; sleep 100) & echo up; while :; do sleep 0.1; done`);
    trial.start('run', deaf);
    await trial.until('it is up', () => trial.read(deaf, 'stdout') === 'up\n');
    trial.run('end', deaf, 'cancelled', '300');
    expect(await trial.ended(deaf)).toMatchObject({ cause: 'cancelled', signal: 'KILL' });
    const slow = trial.prepare('sleep 100', { timeoutMs: 300, graceMs: 200 });
    trial.start('run', slow);
    expect(await trial.ended(slow)).toMatchObject({ cause: 'timeout', signal: 'TERM' });
    expect([...trial.marked(deaf), ...trial.marked(slow)]).toEqual([]);
  });

  it('works off a queue in order, has one server, and leaves', async () => {
    trial = new TrialRoot(options());
    trial.capacity(2, 1000, '0,1');
    const line = join(trial.root, 'order');
    const keys = Array.from({ length: 8 }, (_, index) => trial.submit(`echo ${index} $CUDA_VISIBLE_DEVICES >> '${line}'`, { cores: 2, gpus: index % 3 }));
    const codes = await Promise.all([1, 2, 3].map(() => trial.start('serve').code));
    expect(codes.toSorted(byNumber)).toEqual([0, 1, 1]);
    for (const key of keys) expect(trial.record(key).ended).toMatchObject({ code: 0 });
  });

  it('gives the job exactly its variables', () => {
    trial = new TrialRoot(options());
    const variables = { A: "it's \"q\" $HOME \\", 'odd.name': 'x y', IFS: ':', N: 'a\nb' };
    const key = trial.prepare(['env', '-0'], { variables });
    trial.run('run', key);
    const seen = Object.fromEntries(trial.read(key, 'stdout').split('\0').filter(Boolean).map((pair) => pair.split(/=([\s\S]*)/, 2)));
    expect(seen).toMatchObject(variables);
  });
});
