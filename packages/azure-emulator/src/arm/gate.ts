import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../entra/routes.ts';
import type { Tokens } from '../entra/tokens.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { Answer, Asked, Principal, Route } from '../http/exchange.ts';
import type { Delivery } from '../http/listen.ts';
import type { Router } from '../http/router.ts';
import { ArmFault } from './fault.ts';

export type GateOptions = {
  router: Router;
  tokens: Tokens;
  accounts: readonly Account[];
  subscriptions: readonly string[];
  faults: FaultPlan;
  throttle: (asked: Asked, subscription: string) => Record<string, string>;
  /** Called with every exchange before its answer leaves. */
  record?: ((asked: Asked, answer: Answer, operation: string) => void) | undefined;
};

/** Said in every answer: nobody shall mistake it for Azure. */
const signature = { 'x-destino-emulator': 'azure-emulator; not Azure' };

/** What every request passes, in the order in which Azure Resource Manager does it. */
export function createGate(options: GateOptions): (asked: Asked) => Promise<Delivery> {
  const { router, faults } = options;
  return async (asked) => {
    const ids = requestIds(asked);
    const routed = router.find(asked.method, asked.path);
    const route = routed !== undefined && 'route' in routed ? routed.route : undefined;
    const where = { operation: route?.operation ?? '', method: asked.method, path: asked.path };
    const exempt = asked.path.startsWith('/_emulator/');
    const slow = exempt ? undefined : faults.take('slow', where);
    if (slow !== undefined) await sleep(slow.delayMs);
    if (!exempt && faults.take('reset', where) !== undefined) return { answer: { status: 503 }, fate: 'reset' };
    const answer = await answerOf(options, asked, routed);
    const type = answer.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
    const whole: Answer = { ...answer, headers: { ...signature, ...ids, ...type, ...answer.headers } };
    const lost = !exempt && answer.status < 400 && faults.take('lose-answer', where) !== undefined;
    const cut = !exempt && answer.status < 400 && answer.body !== undefined && faults.take('reset-body', where) !== undefined;
    if (lost || cut) return { answer: whole, fate: lost ? 'reset' : 'reset-body' };
    options.record?.(asked, whole, where.operation);
    return { answer: whole };
  };
}

async function answerOf(options: GateOptions, asked: Asked, routed: ReturnType<Router['find']>): Promise<Answer> {
  try {
    if (routed === undefined) throw new ArmFault(404, 'InvalidResourceType', `The resource type could not be found for '${asked.method} ${asked.path}': this emulator does not serve it.`);
    if (!('route' in routed)) throw new ArmFault(405, 'MethodNotAllowed', `'${asked.method}' is not allowed here; allowed: ${routed.allowed.join(', ')}.`);
    const { route, params } = routed;
    const known: Asked = { ...asked, params };
    if (route.apiVersions === undefined) return await route.handle(known);
    return await arm(options, known, route, route.apiVersions);
  } catch (error) {
    if (!(error instanceof ArmFault)) return { status: 500, body: { error: { code: 'InternalServerError', message: error instanceof Error ? (error.stack ?? error.message) : String(error) } } };
    return { status: error.status, headers: { ...error.headers, ...(error.status === 404 && { 'x-ms-failure-cause': 'gateway' }) }, body: error.body() };
  }
}

async function arm(options: GateOptions, asked: Asked, route: Route, apiVersions: readonly string[] | 'any' | 'none'): Promise<Answer> {
  const where = { operation: route.operation, method: asked.method, path: asked.path };
  if (options.faults.take('expired-token', where) !== undefined) throw new ArmFault(401, 'ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than current UTC time.', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
  const principal = principalOf(options, asked);
  const by: Asked = { ...asked, principal };
  const subscription = asked.params['subscription'] ?? '';
  const left = options.throttle(by, subscription);
  const struck = options.faults.take('status', where);
  if (struck !== undefined) {
    const wait = struck.retryAfterSeconds === undefined ? {} : { 'retry-after': String(struck.retryAfterSeconds) };
    throw new ArmFault(struck.status, struck.code, struck.message, { headers: wait });
  }
  checkVersion(asked, route, apiVersions);
  if (subscription !== '' && !options.subscriptions.some((each) => each.toLowerCase() === subscription.toLowerCase())) {
    throw new ArmFault(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
  }
  checkRole(by, principal);
  if (asked.text !== '' && asked.body === undefined) throw new ArmFault(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized: it is not JSON.');
  const answer = await route.handle(by);
  return { ...answer, headers: { ...left, ...answer.headers } };
}

function principalOf({ tokens, accounts }: GateOptions, asked: Asked): Principal {
  const claims = tokens.read(asked.headers['authorization']);
  const account = accounts.find(({ objectId }) => objectId === claims.oid);
  if (account === undefined) throw new ArmFault(401, 'InvalidAuthenticationToken', `The principal '${claims.oid}' of the access token is not known here.`);
  return account;
}

function checkVersion(asked: Asked, route: Route, apiVersions: readonly string[] | 'any' | 'none'): void {
  if (apiVersions === 'none') return;
  const version = asked.query.get('api-version') ?? [...asked.query].find(([name]) => name.toLowerCase() === 'api-version')?.[1];
  if (version === undefined || version === '') throw new ArmFault(400, 'MissingApiVersionParameter', "The api-version query parameter (?api-version=) is required for all requests.");
  if (apiVersions === 'any' || apiVersions.includes(version)) return;
  throw new ArmFault(400, 'NoRegisteredProviderFound', `No registered resource provider found for '${route.operation}' and API version '${version}'. The supported api-versions are '${apiVersions.join(', ')}'.`);
}

function checkRole(asked: Asked, { role, clientId, objectId }: Principal): void {
  const reads = asked.method === 'GET' || asked.method === 'HEAD' || asked.path.endsWith('/rundata');
  if (role === 'Owner' || role === 'Contributor' || (role === 'Reader' && reads)) return;
  if (role === 'None' && /^\/(subscriptions|tenants)\/?$/i.test(asked.path)) return;
  const action = `${asked.path.split('/').slice(-2).join('/')}/${reads ? 'read' : asked.method === 'DELETE' ? 'delete' : asked.method === 'POST' ? 'action' : 'write'}`;
  throw new ArmFault(403, 'AuthorizationFailed', `The client '${clientId}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${asked.path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`);
}

function requestIds({ headers }: Asked): Record<string, string> {
  const id = randomUUID();
  const client = headers['x-ms-client-request-id'];
  return {
    'x-ms-request-id': id,
    'x-ms-correlation-request-id': headers['x-ms-correlation-request-id'] ?? id,
    'x-ms-routing-request-id': `LOOPBACK:${id}`,
    ...(client !== undefined && headers['x-ms-return-client-request-id'] === 'true' && { 'x-ms-client-request-id': client }),
  };
}
