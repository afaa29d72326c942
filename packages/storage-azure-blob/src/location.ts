import { DestinoError } from '@destino/core/errors';

/** A container, and the part of it that is ours. */
export type BlobLocation = {
  account: string;
  /** Without a query, without a slash at its end. */
  containerUrl: string;
  /** Before every name: empty, or with a slash at its end. */
  prefix: string;
};

/**
 * Reads `https://ACCOUNT.blob.core.windows.net/CONTAINER[/PREFIX]`, or the form of emulators,
 * `http://HOST:PORT/ACCOUNT/CONTAINER[/PREFIX]`.
 * @throws {DestinoError} `config-invalid`
 */
export function parseLocation(text: string): BlobLocation {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const refuse = (reason: string): DestinoError =>
    new DestinoError('config-invalid', `${JSON.stringify(url === undefined ? text : url.origin + url.pathname)} is no address of a blob container: ${reason}`, {
      hint: 'storage: { container: https://ACCOUNT.blob.core.windows.net/CONTAINER, credential: NAME } in destino.yaml',
    });
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw refuse('it must begin with https:');
  if (url.search !== '' || url.username !== '') throw refuse('a signature belongs into a secret, named as `credential`');
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const isEmulator = /^(localhost|\d+\.\d+\.\d+\.\d+|\[.*\])$/.test(url.hostname);
  const account = isEmulator ? parts.shift() : url.hostname.split('.')[0];
  const container = parts.shift();
  if (account === undefined || container === undefined) throw refuse('account and container are needed');
  if (!isEmulator && url.protocol !== 'https:') throw refuse('it must begin with https:');
  if (!/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(container)) throw refuse('a container is called by 3 to 63 small letters, digits and single hyphens');
  const base = isEmulator ? `${url.origin}/${account}` : url.origin;
  return { account, containerUrl: `${base}/${container}`, prefix: parts.length === 0 ? '' : `${parts.map(decodeURIComponent).join('/')}/` };
}
