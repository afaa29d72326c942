import { DestinoError } from '@destino/core/errors';
import { connectionOf, sshConfigSchema } from '@destino/driver-ssh';
import { SshLink } from '@destino/ssh';
import type { Destino } from './destino.ts';

export { fetchFile, forwardPort, runSession, sendFile } from '@destino/ssh';
export type { SessionStreams, SshLink, Terminal } from '@destino/ssh';

/** A connection to the machine of a target, apart from that of its jobs. @throws `unsupported` for a target that is none. */
export async function openMachine(destino: Destino, name: string): Promise<SshLink> {
  const { kind, config } = await destino.targets.get(name);
  if (kind !== 'ssh') throw new DestinoError('unsupported', `target '${name}' is of kind '${kind}', and not a machine that is reached by SSH`, { scope: name, hint: 'see the kinds: destino target list' });
  return new SshLink(connectionOf(sshConfigSchema.parse(config)), destino.driverContext({ name, kind }));
}
