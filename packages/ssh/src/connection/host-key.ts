import type { DriverContext } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { fingerprint, judgeKey, keyType, knownName, rememberKey, type KnownHost } from './known-hosts.ts';
import type { ResolvedHost } from './resolve-host.ts';

/** Whom the user is asked by, where there is somebody. */
export type Asking = Pick<DriverContext, 'ask' | 'logger'>;

/**
 * Lets a known key pass, asks about a new one, refuses a changed or revoked one.
 * @throws `forbidden` with what happened and the command that helps.
 */
export async function checkHostKey(host: ResolvedHost, known: readonly KnownHost[], key: Uint8Array, asking: Asking): Promise<void> {
  const name = host.hostKeyAlias?.toLowerCase() ?? knownName(host.host, host.port);
  const verdict = judgeKey(known, name, key);
  switch (verdict.is) {
    case 'known':
      return;
    case 'new':
      return await takeNewKey(host, name, key, asking);
    case 'changed':
    case 'revoked':
      throw refusal(verdict, name, key);
    default:
      return verdict satisfies never;
  }
}

async function takeNewKey(host: ResolvedHost, name: string, key: Uint8Array, { ask, logger }: Asking): Promise<void> {
  const [file = ''] = host.knownHostsFiles;
  const told = `${keyType(key)} ${fingerprint(key)}`;
  const text = `The machine ${name} is not known yet. Its host key is ${told}. Is it the machine you mean?`;
  const accepted = host.acceptNew || (ask !== undefined && (await ask({ id: 'new-host-key', text, choices: ['yes', 'no'] })) === 'yes');
  if (!accepted) {
    throw new DestinoError('forbidden', `the host key of ${name} is not known: ${told}`, {
      scope: host.name,
      hint: `compare it on the machine (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then either connect once by hand, ssh -p ${host.port} ${host.user}@${host.host}, or set acceptNewHostKey: true on the target`,
    });
  }
  await rememberKey(file, name, key, host.hashKnownHosts);
  logger.info('ssh.host-key', { host: name, key: told, file });
}

function refusal(verdict: { is: 'changed' | 'revoked'; file: string; line: number }, name: string, key: Uint8Array): DestinoError {
  const told = `${keyType(key)} ${fingerprint(key)}`;
  const place = `${verdict.file}, line ${verdict.line}`;
  if (verdict.is === 'revoked') {
    return new DestinoError('forbidden', `${name} shows a host key that is revoked (${place}): ${told}; nothing was sent to it`, { scope: name, hint: 'ask whoever runs the machine' });
  }
  return new DestinoError('forbidden', `the host key of ${name} has changed: it shows ${told}, and another one is known (${place}). Somebody may be in between, or the machine was installed anew; nothing was sent to it`, {
    scope: name,
    hint: `if the new key is right, forget the old one: ssh-keygen -f '${verdict.file}' -R '${name}'`,
  });
}
