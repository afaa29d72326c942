import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDestinoError } from '@destino/core/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Trial, spec } from './trial.ts';

const sh = (line: string): Buffer => execFileSync('sh', ['-c', line]);

/** Needs root: it mounts a small file system. */
describe('a full disk', () => {
  let place: string;
  let trial: Trial;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'destino-full-'));
    sh(`mount -t tmpfs -o size=768k tmpfs '${place}'`);
    trial = new Trial({ machineDir: place, cores: 2 });
  });
  afterEach(() => {
    sh(`umount --lazy '${place}'`);
    rmSync(place, { recursive: true, force: true });
    trial.dispose();
  });

  it('is told as the reason of a job that met it', async () => {
    const handle = await trial.submit(spec('cat /dev/zero > big; exit 1'));
    expect(await trial.ended(handle)).toMatchObject({ state: 'failed', reasons: [{ code: 'disk-full', fix: expect.stringContaining('prune') }] });
  });

  it('refuses submissions in words, and takes them again when there is room', async () => {
    await trial.ended(await trial.submit(spec('true')));
    execFileSync('sh', ['-c', `cat /dev/zero > '${place}/filler' || :`], { stdio: 'ignore' });
    const key: unknown = await trial.submit(spec('true')).catch((error: unknown) => error);
    expect(isDestinoError(key, 'unavailable')).toBe(true);
    expect(String(key)).toContain('the disk is full');
    rmSync(join(place, 'filler'));
    expect(await trial.ended(await trial.submit(spec('echo again')))).toMatchObject({ state: 'succeeded' });
  });

  it('lets a waiting job be cancelled and a running one be seen to its end', async () => {
    const hog = await trial.submit(spec('sleep 1', { resources: { cores: 2 } }));
    const waiting = await trial.submit(spec('true'));
    await trial.until(hog, ({ state }) => state === 'running');
    execFileSync('sh', ['-c', `cat /dev/zero > '${place}/filler' || :`], { stdio: 'ignore' });
    const refusal: unknown = await trial.jobs.cancel(waiting, { graceMs: 0 }).catch((error: unknown) => error);
    expect(refusal === undefined || isDestinoError(refusal, 'unavailable')).toBe(true);
    expect(await trial.ended(hog)).toMatchObject({ state: 'succeeded' });
    rmSync(join(place, 'filler'));
    expect((await trial.ended(waiting)).state).toMatch(/cancelled|succeeded/);
  });
});
