import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { clientOf, ended, groupOf, start, until } from './groups.test.support.ts';

describe('a container group', () => {
  it('runs a command to its end and tells its exit code and its log', async () => {
    await using emulator = await start();
    const client = clientOf(emulator);
    const made = await client.containerGroups.beginCreateOrUpdateAndWait('demo', 'job1', groupOf('echo hello; exit 2'));
    expect(made.provisioningState).toBe('Succeeded');
    const group = await until(client, 'job1', ended);
    expect(group.instanceView?.state).toBe('Failed');
    expect(group.containers[0]?.instanceView?.currentState).toMatchObject({ state: 'Terminated', exitCode: 2, detailStatus: 'Error' });
    expect((await client.containers.listLogs('demo', 'job1', 'main')).content).toBe('hello\n');
  });

  it('never gives secrets back, and hands them to the container', async () => {
    await using emulator = await start();
    const client = clientOf(emulator);
    const group = groupOf('echo "length ${#TOKEN}"; cat /mnt/keys/one; cat "$WHERE/two"', { volumes: [{ name: 'keys', secret: { one: Buffer.from('first ').toString('base64'), two: Buffer.from('second').toString('base64') } }] });
    const [container] = group.containers;
    Object.assign(container ?? {}, { environmentVariables: [{ name: 'TOKEN', secureValue: 'planted' }, { name: 'WHERE', value: '/mnt/keys' }], volumeMounts: [{ name: 'keys', mountPath: '/mnt/keys', readOnly: true }] });
    await client.containerGroups.beginCreateOrUpdateAndWait('demo', 'job2', group);
    const after = await until(client, 'job2', ended);
    expect((await client.containers.listLogs('demo', 'job2', 'main')).content).toBe('length 7\nfirst second');
    expect(JSON.stringify(after)).not.toContain('planted');
    expect(after.volumes).toEqual([{ name: 'keys', secret: {} }]);
  });

  it('starts a container again as its policy says', async () => {
    await using emulator = await start({ timeScale: 200 });
    const client = clientOf(emulator);
    await client.containerGroups.beginCreateOrUpdateAndWait('demo', 'again', groupOf('echo once; exit 1', { restartPolicy: 'OnFailure' }));
    const group = await until(client, 'again', (each) => (each.containers[0]?.instanceView?.restartCount ?? 0) >= 2);
    expect(group.containers[0]?.instanceView?.previousState).toMatchObject({ state: 'Terminated', exitCode: 1 });
  });

  it('stops, starts and is deleted with every process in it', async () => {
    await using emulator = await start();
    const client = clientOf(emulator);
    await client.containerGroups.beginCreateOrUpdateAndWait('demo', 'web', groupOf('setsid sh -c "sleep 4242" & echo up; wait', { restartPolicy: 'Always' }));
    await until(client, 'web', (group) => group.instanceView?.state === 'Running');
    await client.containerGroups.stop('demo', 'web');
    expect((await client.containerGroups.get('demo', 'web')).instanceView?.state).toBe('Stopped');
    await client.containerGroups.beginStartAndWait('demo', 'web');
    await until(client, 'web', (group) => group.instanceView?.state === 'Running');
    await client.containerGroups.beginDeleteAndWait('demo', 'web');
    await expect(client.containerGroups.get('demo', 'web')).rejects.toMatchObject({ statusCode: 404, code: 'ResourceNotFound' });
  });

  it('runs a program inside over a websocket', async () => {
    await using emulator = await start();
    const client = clientOf(emulator);
    await client.containerGroups.beginCreateOrUpdateAndWait('demo', 'shell', groupOf('sleep 60'));
    const { webSocketUri = '', password = '' } = await client.containers.executeCommand('demo', 'shell', 'main', { command: '/bin/sh', terminalSize: { rows: 24, cols: 80 } });
    const socket = new WebSocket(webSocketUri, { ca: emulator.ca });
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(data.toString('utf8')));
    await new Promise((done) => socket.once('open', done));
    socket.send(password);
    socket.send('echo $((6*7))\r');
    socket.send('exit\r');
    await new Promise((done) => socket.once('close', done));
    expect(heard.join('')).toContain('42\r\n');
  });
});
