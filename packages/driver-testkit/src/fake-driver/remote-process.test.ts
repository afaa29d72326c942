import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '@destino/core/driver';
import { jobSpecSchema, newKey } from '@destino/core/model';
import { createSeededRandom } from '../seeded-random.ts';
import { createTestContext } from '../test-context.ts';
import { createManualClock } from '../manual-clock.ts';
import { createFakeDriver } from './create-fake-driver.ts';
import { connectFakeRemote, type RemoteConnection } from './remote-client.ts';
import { startRemoteProcess, type RemoteProcess } from './start-remote-process.ts';

const random = createSeededRandom(11);
const clock: Clock = { ...createManualClock(), sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)) };

describe('a fake remote in a process of its own', () => {
  let remote: RemoteProcess;
  let connection: RemoteConnection;

  beforeAll(async () => {
    remote = await startRemoteProcess({ settings: { slots: 2 } });
    connection = await connectFakeRemote(remote.address);
  });
  afterAll(async () => {
    connection.close();
    await remote.stop();
  });

  const open = async (): Promise<ReturnType<ReturnType<typeof createFakeDriver>['open']>> => {
    const driver = createFakeDriver({ remote: connection.link, followPollMs: 20 });
    return driver.open({ target: 'fake' }, createTestContext({ clock }));
  };

  it('runs jobs for drivers of other processes, bytes of logs included', async () => {
    const { jobs } = await open();
    const key = newKey((size) => random.bytes(size));
    const fake = { durationMs: 50, log: [{ text: 'grüße {i}\n', repeat: 3 }] };
    const answer = await jobs?.submit(jobSpecSchema.parse({ name: 'j', command: ['true'], resources: { properties: { fake } } }), { key, fence: 1 });
    if (jobs === undefined || answer === undefined || !('handle' in answer)) throw new Error('not submitted');
    let text = '';
    for await (const record of jobs.logs(answer.handle, { follow: true })) if ('bytes' in record) text += Buffer.from(record.bytes).toString('utf8');
    expect(text).toBe('grüße 0\ngrüße 1\ngrüße 2\n');
    expect(await jobs.inspect([answer.handle])).toMatchObject([{ seen: 'yes', state: 'succeeded' }]);
    expect((await connection.control.starts())[key]).toBe(1);
    expect(Buffer.from((await connection.control.producedLog({ key }))['node-0'] ?? []).toString('utf8')).toBe(text);
  });

  it('carries errors over as what they are', async () => {
    const { jobs } = await open();
    const spec = jobSpecSchema.parse({ name: 'j', command: ['true'], resources: { properties: { fake: { refuse: 'quota' } } } });
    await expect(jobs?.submit(spec, { key: newKey((size) => random.bytes(size)), fence: 1 })).rejects.toMatchObject({ code: 'quota', retry: 'changed' });
  });

  it('is unavailable once its process has ended', async () => {
    const other = await startRemoteProcess();
    const gone = await connectFakeRemote(other.address);
    await other.stop();
    const target = createFakeDriver({ remote: gone.link }).open({ target: 'fake' }, createTestContext({ clock }));
    expect(await target.probe()).toMatchObject({ health: 'undetected' });
    await expect(target.jobs?.find('a'.repeat(26))).rejects.toMatchObject({ code: 'unavailable' });
    gone.close();
  });
});
