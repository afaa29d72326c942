import { DestinoError, isDestinoError, type ErrorCode } from '@destino/core/errors';

type Answer = { statusCode?: number; code?: string; name?: string; message?: string; response?: { headers?: { get(name: string): string | undefined } } };

const byStatus: Readonly<Record<number, ErrorCode>> = { 400: 'rejected', 401: 'unauthenticated', 403: 'forbidden', 404: 'not-found', 408: 'timeout', 409: 'conflict', 412: 'conflict', 413: 'rejected', 429: 'throttled', 503: 'throttled' };

const hints: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'set a credential that is valid: destino secret set NAME, and name it as `credential` of `storage`',
  forbidden: 'the credential needs read, write, list and delete on the container (role: Storage Blob Data Contributor)',
};

/** The only place that looks at the service's error codes. Its own error, which holds signed addresses, is not kept. */
export function mapError(error: unknown, what: string): DestinoError {
  if (isDestinoError(error)) return error;
  const answer: Answer = typeof error === 'object' && error !== null ? error : {};
  const code = codeOf(answer);
  const words = [answer.code, answer.statusCode].filter((each) => each !== undefined).join(' ');
  const afterS = Number(answer.response?.headers?.get('retry-after'));
  const hint = hints[code];
  return new DestinoError(code, `${what}: the blob service answered ${words === '' ? (answer.name ?? 'nothing') : words}`, {
    ...(hint !== undefined && { hint }),
    ...(afterS > 0 && { retryAfterMs: afterS * 1000 }),
    ...(answer.code !== undefined && { details: { code: answer.code } }),
  });
}

function codeOf({ statusCode, code, name }: Answer): ErrorCode {
  if (name === 'AbortError') return 'aborted';
  if (code === 'AuthenticationFailed' || code === 'InvalidAuthenticationInfo') return 'unauthenticated';
  if (statusCode === undefined) return name === 'RestError' || code !== undefined ? 'unavailable' : 'internal';
  return byStatus[statusCode] ?? (statusCode >= 500 ? 'unavailable' : 'rejected');
}

/** The HTTP status of a service's refusal, `undefined` for anything else. */
export function statusOf(error: unknown): number | undefined {
  const { statusCode }: Answer = typeof error === 'object' && error !== null ? error : {};
  return statusCode;
}

/** Does it, and tells what went wrong in our own words. A signal that came first is always `aborted`. */
export async function told<T>(what: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) throw new DestinoError('aborted', `${what} was aborted`, { cause: signal.reason });
    throw mapError(error, what);
  }
}
