import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentName } from '@destino/core/blob';
import { jobSpecSchema, type JobSpec } from '@destino/core/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDestino } from '../create-destino.ts';
import type { Destino } from '../destino.ts';
import { finalValues, jobMetrics } from './job-metrics.ts';

let root: string;
let destino: Destino;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'destino-metrics-'));
  await mkdir(join(root, 'work'));
  destino = await createDestino({ folder: join(root, 'work'), stateFolder: join(root, 'state'), variables: { PATH: process.env['PATH'], HOME: root } });
});
afterEach(async () => {
  await destino[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

const specOf = (command: string): JobSpec => jobSpecSchema.parse({ name: 'x', command: [command], baseVariables: { PATH: '/usr/local/bin:/usr/bin:/bin' } });

describe('the metrics of a job', () => {
  it('are those of each attempt, apart', async () => {
    const command = 'n=$(cat "$DESTINO_CHECKPOINT_DIR/n" || echo 0); echo $((n + 1)) >"$DESTINO_CHECKPOINT_DIR/n"; echo "{\\"metric\\":\\"try\\",\\"value\\":$n}" >>"$DESTINO_METRICS_FILE"; [ "$n" = 1 ]';
    const { job } = await destino.submit({ request: { targets: ['local'], spec: specOf(command), retry: { failed: { attempts: 1, backoffMs: 10 } } } });
    const end = await destino.wait(job.id);
    expect(end).toMatchObject({ state: 'succeeded', attempt: 2 });
    const found = await jobMetrics(destino, end);
    expect(found.map((each) => [each.attempt, each.target, finalValues(each)['try']?.value])).toEqual([[1, 'local', 0], [2, 'local', 1]]);
    expect(await jobMetrics(destino, end, { attempt: 1 })).toMatchObject([{ attempt: 1 }]);
  });

  it('are there while the job runs, and still when the workspace has let its copy go', async () => {
    const line = 'echo \'{"metric":"loss","value":1}\' >>"$DESTINO_METRICS_FILE"';
    const { job } = await destino.submit({ request: { targets: ['local'], spec: specOf(`${line}; echo written; until [ -e "$DESTINO_CHECKPOINT_DIR/go" ]; do sleep 0.02; done; ${line}; true`) } });
    for await (const chunk of destino.logs(job.id, { follow: true })) if ('bytes' in chunk) break;
    const running = await destino.engine.job(job.id);
    expect(running?.state).toBe('running');
    expect((await jobMetrics(destino, running ?? job))[0]?.runs[0]?.metrics['loss']).toHaveLength(1);
    const checkpoints = join(root, 'state/machine/checkpoints');
    for (const name of await readdir(checkpoints)) await writeFile(join(checkpoints, name, 'go'), '');
    const end = await destino.wait(job.id);
    const [file] = end.outputs;
    expect(file).toMatchObject({ output: 'destino.metrics', kept: 'workspace' });
    await destino.blobs.delete([contentName(file?.hash ?? '')]);
    expect((await jobMetrics(destino, end))[0]?.runs[0]?.metrics['loss']).toHaveLength(2);
  });

  it('are none of a job that reported none', async () => {
    const end = await destino.run({ command: ['true'], folder: join(root, 'work') });
    expect(await jobMetrics(destino, end)).toEqual([]);
  });
});
