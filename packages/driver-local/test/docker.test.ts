import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourcesSchema } from '@destino/core/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerJob, type Container } from '@destino/helper';
import { plainPath } from '../src/interpreters.ts';
import { Trial, spec } from './trial.ts';

const container: Container = {
  image: 'registry/x:1',
  name: 'destino-k',
  labels: { 'destino.key': 'k' },
  writable: ['/jobs/a,"b'],
  workingFolder: '/jobs/w',
  readOnly: ['/data'],
  variables: { A: 'secret-looking value', PATH: '/opt/bin' },
  secretNames: ['TOKEN'],
  clientVariables: {},
  resources: resourcesSchema.parse({ cores: 1.5, memoryBytes: 1000 }),
  command: ['bash', '-c', 'python train.py'],
};

describe('a job in a container', () => {
  it('has its variables by name, so that no value shows on a command line', () => {
    const { command } = containerJob(container);
    expect(command.join(' ')).not.toContain('secret-looking');
    expect(command).toEqual(expect.arrayContaining(['--env', 'A', 'TOKEN', 'DESTINO_KEY', 'PATH=/opt/bin']));
  });

  it('mounts its folders at the same paths, whatever stands in them', () => {
    const { command } = containerJob(container);
    expect(command).toContain('type=bind,"source=/jobs/a,""b","target=/jobs/a,""b"');
    expect(command).toContain('type=bind,source=/data,target=/data,readonly');
  });

  it('asks for processors when it starts, since only then they are known', () => {
    const { command } = containerJob({ ...container, resources: resourcesSchema.parse({ gpus: 2 }) });
    expect(command.slice(0, 4)).toEqual(['sh', '-c', String.raw`exec docker run --gpus "\"device=$CUDA_VISIBLE_DEVICES\"" "$@"`, 'docker']);
  });
});

describe('the hooks of a container job', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'destino-docker-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const after = (code: number, oomKilled: string): string => {
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\n[ "$1" = inspect ] && echo ${oomKilled}\nexit 0\n`, { mode: 0o755 });
    const script = `code=${code}\n${containerJob(container).after}`;
    return spawnSync('/bin/sh', ['-c', script], { env: { PATH: `${folder}:${plainPath}` }, encoding: 'utf8' }).stdout;
  };

  it('tell a container that never started from one that ran out of memory, and from an ordinary end', () => {
    expect(after(125, 'false')).toBe('image\n');
    expect(after(137, 'true')).toBe('oom\n');
    expect(after(1, 'false')).toBe('');
  });

  it('reach the helper: a docker that cannot start the image is told as the image’s fault', async () => {
    writeFileSync(join(folder, 'docker'), '#!/bin/sh\necho "no such image" >&2\nexit 125\n', { mode: 0o755 });
    const trial = new Trial({ cores: 1 });
    const handle = await trial.submit(spec('true', { environment: { kind: 'image', image: 'gone:1' }, baseVariables: { PATH: `${folder}:${plainPath}` } }));
    expect(await trial.ended(handle)).toMatchObject({ state: 'failed', exits: [{ cause: 'image', code: 125 }] });
    expect(await trial.log(handle, 'stderr')).toBe('no such image\n');
    trial.dispose();
  });
});
