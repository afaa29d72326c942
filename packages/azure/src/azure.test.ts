import { RestError, createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { startAzureEmulator } from '@destino/azure-emulator';
import { createManualClock } from '@destino/driver-testkit';
import { describe, expect, it } from 'vitest';
import { clientOptions, cloudSchema, lazyCredential, longOperationOf, mapArmError, readCloud, throttlePolicy } from './index.ts';

function refusal(statusCode: number, code: string, headers: Record<string, string> = {}): RestError {
  const request = createPipelineRequest({ url: 'https://management.azure.com/subscriptions/s' });
  const response = { request, status: statusCode, headers: createHttpHeaders({ 'x-ms-request-id': 'id-1', ...headers }) };
  return new RestError('first line\nand a lot more', { code, statusCode, request, response });
}

describe('mapArmError', () => {
  it.each([
    [400, 'ContainerGroupQuotaReached', 'quota'],
    [409, 'ServiceUnavailable', 'no-capacity'],
    [503, 'ServiceUnavailable', 'unavailable'],
    [403, 'AuthorizationFailed', 'forbidden'],
    [404, 'ResourceNotFound', 'not-found'],
    [409, 'ContainerGroupTransitioning', 'unavailable'],
    [400, 'InaccessibleImage', 'rejected'],
    [429, 'TooManyRequests', 'throttled'],
    [500, 'InternalServerError', 'unavailable'],
  ])('takes %i %s for %s, with the request id', (status, code, expected) => {
    const mapped = mapArmError(refusal(status, code), { what: 'make the group', scope: 'westeurope' });
    expect(mapped).toMatchObject({ code: expected, scope: 'westeurope', details: { requestId: 'id-1', armCode: code } });
    expect(mapped.message).toBe(`could not make the group: ${code}: first line (request id-1)`);
  });

  it('says how long Azure asks to wait, and tells a dead line from a refusal', () => {
    expect(mapArmError(refusal(429, 'TooManyRequests', { 'retry-after': '17' }), { what: 'look' }).retryAfterMs).toBe(17_000);
    expect(mapArmError(new RestError('connect ECONNREFUSED', { code: 'ECONNREFUSED' }), { what: 'look' }).code).toBe('unavailable');
  });
});

describe('a credential', () => {
  it('asks for its secret at the first token and no earlier, and signs in where the cloud says', async () => {
    await using emulator = await startAzureEmulator({ runner: 'process' });
    const resolved: string[] = [];
    const secrets = { resolve: async ({ secret }: { secret: string }) => (resolved.push(secret), emulator.clientSecret), store: async (secret: string) => ({ secret }) };
    const cloud = readCloud(cloudSchema.parse({ endpoint: emulator.url, ca_file: emulator.caFile }));
    const credential = lazyCredential({ tenant_id: emulator.tenantId, client_id: emulator.clientId, client_secret: { secret: 'sp' } }, cloud, secrets);
    expect(resolved).toEqual([]);
    const token = await credential.getToken(clientOptions(cloud, 's', createManualClock()).credentialScopes);
    expect(token?.token.split('.')).toHaveLength(3);
    expect(resolved).toEqual(['sp']);
  });
});

describe('the throttle of a subscription', () => {
  it('holds back every caller for as long as one was told to wait', async () => {
    const clock = createManualClock();
    const first = throttlePolicy('one', clock);
    const second = throttlePolicy('one', clock);
    const request = createPipelineRequest({ url: 'https://x' });
    const sent: number[] = [];
    const answer = (status: number) => async () => (sent.push(clock.monotonicMs()), { request, status, headers: createHttpHeaders({ 'retry-after': '5' }) });
    await first.sendRequest(request, answer(429));
    const waiting = second.sendRequest(request, answer(200));
    await clock.advance(4999);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    await waiting;
    expect(sent).toHaveLength(2);
  });
});

describe('longOperationOf', () => {
  it('takes only the words of an end for an end', () => {
    expect([undefined, 'Succeeded', 'failed', 'Canceled', 'Pending', 'Repairing'].map(longOperationOf)).toEqual(['succeeded', 'succeeded', 'failed', 'canceled', 'running', 'running']);
  });
});
