import type { RestError } from '@azure/core-rest-pipeline';
import { DestinoError, isDestinoError, type ErrorCode, type ErrorOptions } from '@destino/core/errors';
import { retryAfterMs } from './throttle.ts';

type Meaning = { code: ErrorCode } & Pick<ErrorOptions, 'hint' | 'retry'>;

const signIn = 'sign in anew: az login, or renew the client secret';
const quotaHint = 'ask for more in the Azure portal under Quotas, use another region, or release what is not needed: destino prune';
const capacityHint = 'name further regions, or ask for less';

/** By ARM's code, lower-case. */
const byCode: Readonly<Record<string, Meaning>> = {
  invalidauthenticationtoken: { code: 'unauthenticated', hint: signIn },
  expiredauthenticationtoken: { code: 'unauthenticated', hint: signIn, retry: 'same' },
  invalidauthenticationtokentenant: { code: 'unauthenticated', hint: 'the account belongs to another tenant: set tenant_id' },
  authorizationfailed: { code: 'forbidden', hint: 'ask for the role Contributor on the resource group: az role assignment create --role Contributor --scope SCOPE --assignee WHO' },
  linkedauthorizationfailed: { code: 'forbidden', hint: 'a resource that this one refers to needs a role as well; the message names it' },
  requestdisallowedbypolicy: { code: 'forbidden', hint: 'a policy of the subscription forbids it; the message names it' },
  subscriptionnotfound: { code: 'not-found', hint: 'az account list' },
  resourcegroupnotfound: { code: 'not-found', hint: 'az group create --name NAME --location REGION' },
  missingsubscriptionregistration: { code: 'config-invalid', hint: 'az provider register --namespace NAMESPACE' },
  containergroupquotareached: { code: 'quota', hint: quotaHint },
  resourcequotaexceeded: { code: 'quota', hint: quotaHint },
  quotaexceeded: { code: 'quota', hint: quotaHint },
  resourcecountexceedslimit: { code: 'quota', hint: quotaHint },
  operationnotallowed: { code: 'quota', hint: quotaHint },
  serviceunavailable: { code: 'unavailable' },
  skunotavailable: { code: 'no-capacity', hint: capacityHint },
  allocationfailed: { code: 'no-capacity', hint: capacityHint },
  zonalallocationfailed: { code: 'no-capacity', hint: capacityHint },
  overconstrainedallocationrequest: { code: 'no-capacity', hint: capacityHint },
  containergrouptransitioning: { code: 'unavailable', retry: 'same' },
  anotheroperationinprogress: { code: 'unavailable', retry: 'same' },
  resourcegroupbeingdeleted: { code: 'conflict', hint: 'use another resource group' },
  inaccessibleimage: { code: 'rejected', hint: 'check the name of the image, and give registry credentials where it is private' },
  toomanyrequests: { code: 'throttled' },
  subscriptionrequeststhrottled: { code: 'throttled' },
};

const byStatus: Readonly<Record<number, Meaning>> = {
  400: { code: 'rejected' }, 401: { code: 'unauthenticated', hint: signIn }, 403: { code: 'forbidden' }, 404: { code: 'not-found' },
  408: { code: 'unavailable' }, 409: { code: 'conflict' }, 412: { code: 'conflict' }, 429: { code: 'throttled' },
};

/** Any failure of an Azure SDK, with what to do, where it happened, and the request id that Microsoft's support asks for. */
export function mapArmError(error: unknown, context: { what: string; scope?: string }): DestinoError {
  if (isDestinoError(error)) return error;
  const { name, message, code, statusCode, response } = (error ?? {}) as Partial<RestError>;
  const shared = { scope: context.scope, cause: error };
  if (name === 'AbortError') return new DestinoError('aborted', `could not ${context.what}: aborted`, shared);
  if (name === 'CredentialUnavailableError' || name === 'AuthenticationError' || name === 'AggregateAuthenticationError' || name === 'AuthenticationRequiredError') {
    return new DestinoError('unauthenticated', `could not ${context.what}: no sign-in to Azure worked: ${firstLine(message)}`, { ...shared, hint: signIn });
  }
  if (statusCode === undefined && response === undefined) {
    const network = typeof code === 'string' || name === 'RestError';
    return network ? new DestinoError('unavailable', `could not ${context.what}: Azure did not answer: ${firstLine(message)}`, shared) : new DestinoError('internal', `could not ${context.what}: ${firstLine(message)}`, shared);
  }
  const { code: meant, hint, retry } = meaningOf(code, statusCode ?? response?.status ?? 500);
  const requestId = response?.headers.get('x-ms-request-id');
  const correlationId = response?.headers.get('x-ms-correlation-request-id');
  const details = { status: statusCode ?? null, armCode: code ?? null, requestId: requestId ?? null, correlationId: correlationId ?? null };
  const waitMs = response === undefined ? undefined : retryAfterMs(response);
  const id = requestId === undefined ? '' : ` (request ${requestId})`;
  return new DestinoError(meant, `could not ${context.what}: ${code ?? `HTTP ${statusCode ?? 0}`}: ${firstLine(message)}${id}`, { ...shared, hint, retry, details, ...(waitMs !== undefined && { retryAfterMs: waitMs }) });
}

function meaningOf(code: string | undefined, status: number): Meaning {
  const named = byCode[code?.toLowerCase() ?? ''];
  // "ServiceUnavailable" with 409 is how container instances say that a region is full.
  if (code?.toLowerCase() === 'serviceunavailable' && status === 409) return { code: 'no-capacity', hint: capacityHint };
  return named ?? byStatus[status] ?? { code: status >= 500 ? 'unavailable' : 'rejected' };
}

/** SDK messages go on with the whole request; the first line says what happened. */
function firstLine(message: string | undefined): string {
  return message?.split('\n')[0]?.trim() || 'no message';
}
