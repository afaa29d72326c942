import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, groupOf, makeGroup, start, until } from './container-instance/groups.test.support.ts';
import { startAzureEmulator, type AzureEmulator, type Credential } from './start-azure-emulator.ts';
import { manualEmulatorClock } from './time/emulator-clock.ts';

async function tokenOf(emulator: AzureEmulator, { clientId, clientSecret }: Credential = emulator): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: `${emulator.url}/.default` });
  const answer = await fetch(`${emulator.httpUrl}/${emulator.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form });
  return ((await answer.json()) as { access_token: string }).access_token;
}

type Told = { status: number; headers: Headers; body: { error?: { code: string; message: string }; value?: unknown[]; nextLink?: string } };

async function ask(emulator: AzureEmulator, path: string, options: { method?: string; token?: string; body?: unknown } = {}): Promise<Told> {
  const token = options.token ?? (await tokenOf(emulator));
  const content = options.body === undefined ? {} : { body: JSON.stringify(options.body) };
  const answer = await fetch(new URL(path, emulator.httpUrl), { method: options.method ?? 'GET', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...content });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? {} : (JSON.parse(text) as Told['body']) };
}

describe('what Azure Resource Manager asks of every request', () => {
  let emulator: AzureEmulator;
  let groups: string;
  beforeAll(async () => {
    emulator = await start({ pageSize: 2 });
    groups = `/subscriptions/${emulator.subscriptionId}/resourceGroups`;
  });
  afterAll(async () => emulator[Symbol.asyncDispose]());

  it('is a token: none, a forged one and one without a role are refused', async () => {
    expect((await ask(emulator, `${groups}?api-version=2021-04-01`, { token: '' })).body.error?.code).toBe('AuthenticationFailed');
    const forged = (await tokenOf(emulator)).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect((await ask(emulator, `${groups}?api-version=2021-04-01`, { token: `${forged}x` })).status).toBe(401);
    const stranger = await ask(emulator, `${groups}?api-version=2021-04-01`, { token: await tokenOf(emulator, emulator.stranger) });
    expect([stranger.status, stranger.body.error?.code]).toEqual([403, 'AuthorizationFailed']);
  });

  it('lets a reader read and not write', async () => {
    const token = await tokenOf(emulator, emulator.reader);
    expect((await ask(emulator, `${groups}/demo?api-version=2021-04-01`, { token })).status).toBe(200);
    expect((await ask(emulator, `${groups}/demo?api-version=2021-04-01`, { token, method: 'PUT', body: { location: 'westus' } })).status).toBe(403);
  });

  it('is an api-version that the type knows', async () => {
    const path = `${groups}/demo/providers/Microsoft.ContainerInstance/containerGroups`;
    expect((await ask(emulator, path)).body.error?.code).toBe('MissingApiVersionParameter');
    expect((await ask(emulator, `${path}?api-version=1999-01-01`)).body.error?.code).toBe('NoRegisteredProviderFound');
  });

  it('answers with request ids, what is left to ask, and that it is an emulator', async () => {
    const { headers } = await ask(emulator, `${groups}/demo?api-version=2021-04-01`);
    expect(headers.get('x-ms-request-id')).toMatch(/^[-0-9a-f]{36}$/);
    expect(Number(headers.get('x-ms-ratelimit-remaining-subscription-reads'))).toBeGreaterThan(0);
    expect(headers.get('x-destino-emulator')).toContain('not Azure');
  });

  it('lists by pages whose next link is whole', async () => {
    for (const name of ['one', 'two', 'three']) await makeGroup(emulator, name);
    const first = await ask(emulator, `${groups}?api-version=2021-04-01`);
    expect(first.body.value).toHaveLength(2);
    const second = await ask(emulator, first.body.nextLink ?? '');
    expect(second.body.value).toHaveLength(2);
    expect(second.body.nextLink).toBeUndefined();
  });

  it('refuses what is missing in the words of the service', async () => {
    expect((await ask(emulator, '/subscriptions/nobody/resourceGroups?api-version=2021-04-01')).body.error?.code).toBe('SubscriptionNotFound');
    expect((await ask(emulator, `${groups}/none/resources?api-version=2021-04-01`)).body.error?.code).toBe('ResourceGroupNotFound');
    expect((await ask(emulator, `${groups}/demo/providers/Microsoft.ContainerInstance/containerGroups/none?api-version=2023-05-01`)).body.error?.code).toBe('ResourceNotFound');
  });
});

describe('an emulator under orders', () => {
  it('throttles with Retry-After when the bucket is empty', async () => {
    const few = { most: 3, perSecond: 0.5 };
    await using emulator = await startAzureEmulator({ runner: 'process', limits: { reads: few, writes: few, deletes: few } });
    const token = await tokenOf(emulator);
    const answers = [];
    for (let each = 0; each < 5; each += 1) answers.push(await ask(emulator, `/subscriptions/${emulator.subscriptionId}?api-version=2021-04-01`, { token }));
    const refused = answers.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('strikes as often as a rule says, by the same seed the same way', async () => {
    const statuses = async (): Promise<number[]> => {
      await using emulator = await startAzureEmulator({ runner: 'process', seed: 7, faults: 'server-errors' });
      const token = await tokenOf(emulator);
      const seen: number[] = [];
      for (let each = 0; each < 12; each += 1) seen.push((await ask(emulator, `/subscriptions/${emulator.subscriptionId}?api-version=2021-04-01`, { token })).status);
      return seen;
    };
    const once = await statuses();
    expect(new Set(once)).toEqual(new Set([200, 503]));
    expect(await statuses()).toEqual(once);
  });

  it('is steered over HTTP', async () => {
    await using emulator = await start();
    await ask(emulator, '/_emulator/faults', { method: 'PUT', body: { rules: [{ effect: 'status', status: 500, code: 'InternalServerError', times: 1 }] } });
    expect((await ask(emulator, `/subscriptions/${emulator.subscriptionId}?api-version=2021-04-01`)).status).toBe(500);
    expect((await ask(emulator, `/subscriptions/${emulator.subscriptionId}?api-version=2021-04-01`)).status).toBe(200);
    expect((await ask(emulator, '/_emulator/faults', { method: 'PUT', body: { preset: 'no-such-thing' } })).status).toBe(400);
  });

  it('lives in the time of a manual clock, tokens and container groups alike', async () => {
    const clock = manualEmulatorClock();
    await using emulator = await startAzureEmulator({ runner: 'process', clock, tokenLifetimeSeconds: 60 });
    await makeGroup(emulator, 'demo');
    const token = await tokenOf(emulator);
    const client = clientOf(emulator);
    const path = `/subscriptions/${emulator.subscriptionId}/resourceGroups/demo/providers/Microsoft.ContainerInstance/containerGroups/still?api-version=2023-05-01`;
    const { containers, location, osType, restartPolicy } = groupOf('echo done');
    const written = containers.map(({ name, ...properties }) => ({ name, properties }));
    await ask(emulator, path, { method: 'PUT', token, body: { location, properties: { containers: written, osType, restartPolicy } } });
    expect((await client.containerGroups.get('demo', 'still')).provisioningState).toBe('Pending');
    await clock.advance(30_000);
    await until(client, 'still', (group) => group.provisioningState === 'Succeeded');
    await clock.advance(40_000);
    expect((await ask(emulator, path, { token })).body.error?.code).toBe('ExpiredAuthenticationToken');
  });

  it('keeps resources, containers that run, and what clients were told over a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'emulator-state-'));
    const options = { folder, timeScale: 20, runner: 'process' } as const;
    try {
      const first = await startAzureEmulator(options);
      await makeGroup(first, 'demo');
      await clientOf(first).containerGroups.beginCreateOrUpdateAndWait('demo', 'long', groupOf('echo before; sleep 3; echo after'));
      await first[Symbol.asyncDispose]();
      await using second = await startAzureEmulator(options);
      expect([second.ca, second.clientSecret]).toEqual([first.ca, first.clientSecret]);
      const client = clientOf(second);
      const group = await until(client, 'long', (each) => each.instanceView?.state === 'Succeeded');
      expect(group.containers[0]?.instanceView?.restartCount).toBe(0);
      expect((await client.containers.listLogs('demo', 'long', 'main')).content).toBe('before\nafter\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
