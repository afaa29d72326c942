import type { AmlCompute } from '@azure/arm-machinelearning';
import { describe, expect, it } from 'vitest';
import { dataPlane, ended, makeCluster, statusOf, submit, workspaceId } from './job.test.support.ts';
import { mlClientOf, startWithWorkspace, until } from './workspace.test.support.ts';

describe('a command job', () => {
  it('has a node made for it, really runs, leaves its log and its outputs, and lets the node go', async () => {
    await using emulator = await startWithWorkspace();
    const client = mlClientOf(emulator);
    await makeCluster(client, 1);
    const first = await submit(emulator, client, 'hello', { command: 'echo "said ${{inputs.word}}"; echo "$AZUREML_RUN_ID" >outputs/name', inputs: { word: { jobInputType: 'literal', value: 'yes' } } });
    expect(first.properties.status).toBe('Starting');
    expect(await ended(client, 'hello')).toBe('Completed');
    const plane = await dataPlane(emulator);
    expect(await plane.log('hello')).toBe('said yes\n');
    const artifacts = `/artifact/v2.0${workspaceId(emulator)}/artifacts`;
    expect(await (await plane.get(`${artifacts}/ExperimentRun/dcid.hello`)).json()).toMatchObject({ value: [{ path: 'outputs/name' }, { path: 'user_logs/std_log.txt' }] });
    const { contentUri } = (await (await plane.get(`${artifacts}/contentinfo/ExperimentRun/dcid.hello/outputs/name`)).json()) as { contentUri: string };
    expect(await (await fetch(contentUri, { headers: { range: 'bytes=1-3' } })).text()).toBe('ell');
    expect((await fetch(contentUri.replace(/sig=./, 'sig=x'))).status).toBe(403);
    await until(async () => ((await client.computeOperations.get('demo', 'work', 'cpu')).properties as AmlCompute).properties?.currentNodeCount === 0);
  });

  it('runs as many processes that know of each other as its distribution says, and the first that fails ends the others', async () => {
    await using emulator = await startWithWorkspace();
    const client = mlClientOf(emulator);
    await makeCluster(client, 2);
    const gang = { resources: { instanceCount: 2 }, distribution: { distributionType: 'PyTorch' as const, processCountPerInstance: 1 } };
    await submit(emulator, client, 'gang', { command: 'echo "$RANK of $WORLD_SIZE"; test "$RANK" = 0 || exit 7; sleep 600', ...gang });
    expect(await ended(client, 'gang')).toBe('Failed');
    const plane = await dataPlane(emulator);
    expect(await plane.log('gang', 'user_logs/std_log_process_0.txt')).toContain('0 of 2\n');
    expect(await plane.log('gang', 'user_logs/std_log_process_1.txt')).toBe('1 of 2\n');
    expect((await plane.details('gang')).error?.error.message).toContain('rank 1 exited with status code 7');
  });

  it('waits in the queue and says why, is canceled there and while it runs, and is deleted', async () => {
    await using emulator = await startWithWorkspace();
    const client = mlClientOf(emulator);
    await makeCluster(client, 1);
    await submit(emulator, client, 'long', { command: 'sleep 600' });
    await until(async () => (await statusOf(client, 'long')) === 'Running');
    await submit(emulator, client, 'next', { command: 'true' });
    const plane = await dataPlane(emulator);
    await until(async () => (await plane.details('next')).warnings[0]?.source === 'WaitingForNodes');
    for (const name of ['next', 'long']) {
      await client.jobs.beginCancel('demo', 'work', name);
      expect(await ended(client, name)).toBe('Canceled');
    }
    await client.jobs.beginDelete('demo', 'work', 'next');
    await until(async () => (await plane.get(`/history/v1.0${workspaceId(emulator)}/runs/next`)).status === 404);
  });

  it('is accepted and then fails where its compute is missing, its image is missing, its time is over or its node is taken', async () => {
    await using emulator = await startWithWorkspace();
    const client = mlClientOf(emulator);
    await makeCluster(client, 4, { vmPriority: 'LowPriority' });
    const plane = await dataPlane(emulator);
    const causeOf = async (name: string): Promise<string | undefined> => (await plane.details(name)).error?.error.innerError.code;
    await submit(emulator, client, 'nowhere', { command: 'true' }, 'absent');
    expect([await ended(client, 'nowhere'), await causeOf('nowhere')]).toEqual(['Failed', 'UserError']);
    await client.environmentVersions.createOrUpdate('demo', 'work', 'odd', '1', { properties: { image: 'registry.example/no-such-image:1' } });
    await submit(emulator, client, 'imageless', { command: 'true', environmentId: `${workspaceId(emulator)}/environments/odd/versions/1` });
    expect([await ended(client, 'imageless'), await causeOf('imageless')]).toEqual(['Failed', 'ImagePullFailed']);
    await submit(emulator, client, 'slow', { command: 'sleep 600', limits: { jobLimitsType: 'Command', timeout: 'PT10S' } });
    expect([await ended(client, 'slow'), await causeOf('slow')]).toEqual(['Canceled', 'JobTimeoutExceeded']);
    await submit(emulator, client, 'taken', { command: 'sleep 600' });
    await until(async () => (await statusOf(client, 'taken')) === 'Running');
    emulator.faults.use([{ effect: 'preempt', times: 1 }]);
    expect([await ended(client, 'taken'), await causeOf('taken')]).toEqual(['Failed', 'NodePreempted']);
  });

  it('runs on a compute instance, which says so, and refuses other content under its name', async () => {
    await using emulator = await startWithWorkspace();
    const client = mlClientOf(emulator);
    await client.computeOperations.beginCreateOrUpdateAndWait('demo', 'work', 'desk', { location: 'westeurope', properties: { computeType: 'ComputeInstance', properties: { vmSize: 'Standard_DS3_v2' } } }, { updateIntervalInMs: 50 });
    await submit(emulator, client, 'here', { command: 'while ! test -e logs/go; do sleep 0.1; touch logs/go; done' }, 'desk');
    await expect(submit(emulator, client, 'here', { command: 'other' }, 'desk')).rejects.toMatchObject({ statusCode: 400, code: 'UserError' });
    expect(await ended(client, 'here')).toBe('Completed');
  });
});
