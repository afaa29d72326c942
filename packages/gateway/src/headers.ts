import type { IncomingHttpHeaders } from 'node:http';

/** Headers of one connection, which end at the gateway (RFC 9110, 7.6.1). */
const ofConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings']);
/** The gateway's own business: the key goes no further, and the deployment is settled. */
const ofGateway = new Set(['authorization', 'host', 'expect', 'content-length', 'x-request-id', 'azureml-model-deployment']);
const clientId = /^[A-Za-z0-9_-]{1,40}$/;

export const deploymentHeader = 'azureml-model-deployment';
export const modelStatusHeader = 'ms-azureml-model-error-statuscode';

/** What a deployment gets, as undici takes it: names and values in turn. */
export function toDeployment(headers: IncomingHttpHeaders, requestId: string): string[] {
  const named = namedByConnection(headers.connection);
  const list: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || ofConnection.has(name) || ofGateway.has(name) || named.has(name)) continue;
    if (name === 'x-ms-client-request-id' && !(typeof value === 'string' && clientId.test(value))) continue;
    if (typeof value === 'string') list.push(name, value);
    else for (const each of value) list.push(name, each);
  }
  list.push('x-request-id', requestId);
  return list;
}

export type AnswerHeaders = Record<string, string | string[]>;

/** What the caller gets of a deployment's answer. */
export function toCaller(headers: Readonly<Record<string, string | string[] | undefined>>, added: AnswerHeaders): AnswerHeaders {
  const connection = headers['connection'];
  const named = namedByConnection(typeof connection === 'string' ? connection : connection?.join(','));
  const result: AnswerHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !ofConnection.has(name) && !named.has(name)) result[name] = value;
  }
  return Object.assign(result, added);
}

function namedByConnection(connection: string | undefined): ReadonlySet<string> {
  return connection === undefined || connection === 'keep-alive' || connection === 'close' ? none : new Set(connection.toLowerCase().split(',').map((name) => name.trim()));
}

const none: ReadonlySet<string> = new Set();
