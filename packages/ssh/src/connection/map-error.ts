import { DestinoError, isDestinoError } from '@destino/core/errors';
import type { ResolvedHost } from './resolve-host.ts';

const meanings: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host name is known',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'it does not answer',
  EPIPE: 'the connection broke',
};

/** Why there is no connection, as one of our errors. */
export function mapConnectError(error: unknown, host: ResolvedHost): DestinoError {
  if (isDestinoError(error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const place = `${host.name} (${host.host}:${host.port})`;
  const why = meanings[code] ?? (error instanceof Error ? error.message : String(error));
  const hint = code === 'ENOTFOUND' ? 'check the name, or give another: host' : `see whether it is up and reachable: ssh -p ${host.port} ${host.user}@${host.host} true`;
  return new DestinoError('unavailable', `cannot connect to ${place}: ${why}`, { scope: host.name, hint, cause: error });
}
