import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Environment, Handle, JobSpec } from '@destino/core/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Trial, spec } from './trial.ts';

/** A wheel of pure Python, made by hand: no index is needed to install it. */
const makeWheel = `
import sys, zipfile
folder, name, body, version = sys.argv[1:5]
info = name + '-' + version + '.dist-info/'
with zipfile.ZipFile(folder + '/' + name + '-' + version + '-py3-none-any.whl', 'w') as wheel:
    wheel.writestr(name + '.py', body)
    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: ' + name + '\\nVersion: ' + version + '\\n')
    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr(info + 'RECORD', '')
`;

describe('virtual environments', () => {
  let trial: Trial;
  let wheels: string;
  beforeEach(() => {
    trial = new Trial({ cores: 4 });
    wheels = join(trial.dir, 'wheels');
    mkdirSync(wheels);
    execFileSync('/usr/bin/python3', ['-c', makeWheel, wheels, 'tiny', 'answer = 42', '1.0']);
  });
  afterEach(() => {
    trial.dispose();
  });

  const venv = (rest: Partial<Extract<Environment, { kind: 'venv' }>> = {}): Environment => ({
    kind: 'venv',
    hash: 'x',
    requirements: ['--no-index', `--find-links ${JSON.stringify(wheels)}`, 'tiny==1.*'],
    ...rest,
  });
  const job = (environment: Environment, command = 'python -c "import tiny; print(tiny.answer)"', rest = {}): JobSpec =>
    spec(command, { environment, baseVariables: { PATH: '/usr/bin:/bin', HOME: trial.dir }, ...rest });
  const folders = (): string[] => readdirSync(join(trial.dir, 'machine/environments')).map((name) => join(trial.dir, 'machine/environments', name));
  const built = (): string[] => folders().flatMap((folder) => readdirSync(folder).filter((name) => /^\d+$/.test(name)));
  const preparing = (handle: Handle): Promise<unknown> => trial.until(handle, ({ state }) => state === 'preparing');
  /** A package whose installation waits until the file `go` is there: what is under way can be looked at. */
  const slow = (): Environment => {
    const folder = join(trial.dir, 'slow');
    mkdirSync(folder);
    writeFileSync(join(folder, 'pyproject.toml'), '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n');
    writeFileSync(join(folder, 'backend.py'), `
import os, shutil, time
def build_wheel(folder, *_):
    open(${JSON.stringify(join(trial.dir, 'begun'))}, 'a').write('x')
    while not os.path.exists(${JSON.stringify(join(trial.dir, 'go'))}): time.sleep(0.05)
    shutil.copy(${JSON.stringify(join(wheels, 'tiny-1.0-py3-none-any.whl'))}, folder)
    return 'tiny-1.0-py3-none-any.whl'
`);
    return venv({ requirements: ['--no-index', `tiny @ ${pathToFileURL(folder).href}`] });
  };
  const begun = async (): Promise<void> => {
    while (!existsSync(join(trial.dir, 'begun'))) await setTimeout(20);
  };
  const go = (): void => writeFileSync(join(trial.dir, 'go'), '');

  it('hold what their list says, are built once, and serve the next job as they are', async () => {
    const first = await trial.submit(job(venv()));
    expect(await trial.ended(first)).toMatchObject({ state: 'succeeded' });
    expect(await trial.log(first)).toBe('42\n');
    expect(await trial.log(first, 'stderr')).toContain('Successfully installed tiny-1.0');
    const second = await trial.submit(job(venv(), 'echo "$VIRTUAL_ENV"; command -v python pip; python -c "import tiny"'));
    expect(await trial.ended(second)).toMatchObject({ state: 'succeeded' });
    const [place, python, pip] = (await trial.log(second)).split('\n');
    expect([python, pip]).toEqual([`${place}/bin/python`, `${place}/bin/pip`]);
    expect(await trial.log(second, 'stderr')).toBe('');
    expect(built()).toEqual(['1']);
  });

  it('that cannot be built end the job as setup, with the package in words, and are tried again by the next', async () => {
    const wish = venv({ requirements: ['--no-index', `--find-links ${JSON.stringify(wheels)}`, 'absent-package==2'] });
    const handle = await trial.submit(job(wish, 'echo started'));
    const view = await trial.ended(handle);
    expect(view).toMatchObject({ state: 'failed', exits: [{ cause: 'setup' }] });
    expect(view.exits[0]?.message).toMatch(/could not be built: .*absent-package==2.*--env-relaxed/);
    expect(await trial.log(handle)).toBe('');
    execFileSync('/usr/bin/python3', ['-c', makeWheel, wheels, 'absent_package', '', '2']);
    const again = await trial.submit(job(wish, 'python -c "import absent_package"'));
    expect(await trial.ended(again)).toMatchObject({ state: 'succeeded' });
  });

  it('go without what cannot be had when they are relaxed, and every job is told', async () => {
    const wish = venv({ requirements: ['--no-index', `--find-links ${JSON.stringify(wheels)}`, 'absent-package', 'tiny'], relaxed: true });
    for (const handle of [await trial.submit(job(wish)), await trial.submit(job(wish))]) {
      expect(await trial.ended(handle)).toMatchObject({ state: 'succeeded' });
      expect(await trial.log(handle, 'stderr')).toContain('warning: left out of its environment: absent-package');
    }
  });

  it('of a Python that is not here are refused with the versions that are, or take one of these when relaxed', async () => {
    const strict = await trial.submit(job(venv({ python: '==3.7.*' })));
    const view = await trial.ended(strict);
    expect(view).toMatchObject({ state: 'failed', exits: [{ cause: 'setup' }] });
    expect(view.exits[0]?.message).toMatch(/it wants Python ==3\.7\.\*, and this machine has 3\.\d+\.\d+/);
    const relaxed = await trial.submit(job(venv({ python: '==3.7.*', relaxed: true })));
    expect(await trial.ended(relaxed)).toMatchObject({ state: 'succeeded' });
    expect(await trial.log(relaxed, 'stderr')).toMatch(/warning: it wants Python ==3\.7\.\*, and gets 3\./);
  });

  it('are built once for jobs that want them at the same time', async () => {
    const wish = slow();
    const handles = [await trial.submit(job(wish)), await trial.submit(job(wish)), await trial.submit(job(wish))];
    await Promise.all(handles.map(preparing));
    await begun();
    go();
    for (const handle of handles) expect(await trial.ended(handle)).toMatchObject({ state: 'succeeded' });
    expect(readFileSync(join(trial.dir, 'begun'), 'utf8')).toBe('x');
    expect(built()).toEqual(['1']);
  });

  it('whose building is cancelled are built anew for the next job', async () => {
    const wish = slow();
    const first = await trial.submit(job(wish));
    await begun();
    expect(await trial.look(first)).toMatchObject({ state: 'preparing', reasons: [{ code: 'environment', text: 'building its virtual environment' }] });
    const waiting = await trial.submit(job(wish));
    await preparing(waiting);
    await trial.jobs.cancel(first, { graceMs: 200 });
    expect(await trial.ended(first)).toMatchObject({ state: 'cancelled' });
    go();
    expect(await trial.ended(waiting)).toMatchObject({ state: 'succeeded' });
    expect(await trial.log(waiting)).toBe('42\n');
    expect(built()).toEqual(['2']);
  });

  it('whose builder is killed outright are never used half-built', async () => {
    const wish = slow();
    const first = await trial.submit(job(wish));
    await begun();
    const [folder = ''] = folders();
    process.kill(Number(readFileSync(join(folder, 'claim.1'), 'utf8').split(' ')[0]), 'SIGKILL');
    expect(await trial.ended(first)).toMatchObject({ state: 'failed' });
    expect(existsSync(join(folder, 'complete'))).toBe(false);
    const second = await trial.submit(job(wish));
    await preparing(second);
    go();
    expect(await trial.ended(second)).toMatchObject({ state: 'succeeded' });
    expect(readFileSync(join(folder, 'complete'), 'utf8')).toBe('2\n');
  });
});
