import { secretReferenceSchema } from '@destino/core/model';
import { z } from 'zod';

/** A host is an argument of `ssh -G`: nothing that could be read as an option. */
const hostPattern = /^[A-Za-z0-9_[\]:][A-Za-z0-9_.:%[\]-]*$/;

/** How a machine is reached; what is not said comes from the user's OpenSSH configuration, as `ssh` itself reads it. */
export const connectionFields = {
  host: z.string().regex(hostPattern, 'must be a host name, an address or a name of ~/.ssh/config').describe('Host name, address, or a name of ~/.ssh/config.'),
  port: z.coerce.number().int().min(1).max(65_535).optional().describe('Port of the SSH service. Default: ~/.ssh/config, else 22.'),
  user: z.string().min(1).optional().describe('Account on the machine. Default: ~/.ssh/config, else your name here.'),
  identityFile: z.string().min(1).optional().describe('File of the private key. Default: ~/.ssh/config, the agent, ~/.ssh/id_*.'),
  passphrase: secretReferenceSchema.optional().describe('Secret that opens the private key.'),
  password: secretReferenceSchema.optional().describe('Secret with the password of the account; keys are better.'),
  identityAgent: z.string().min(1).optional().describe('Socket of the SSH agent. Default: ~/.ssh/config, else SSH_AUTH_SOCK.'),
  knownHostsFile: z.string().min(1).optional().describe('File of the known host keys. Default: ~/.ssh/known_hosts.'),
  acceptNewHostKey: z.union([z.boolean(), z.stringbool()]).optional().describe('Take a host key that has not been seen before without asking. A changed key is always refused.'),
  proxyJump: z.string().min(1).optional().describe('Hosts to go through, `[user@]host[:port]`, with commas between. `none` for none.'),
  configFile: z.string().min(1).optional().describe('OpenSSH configuration to read instead of ~/.ssh/config. `none` for none.'),
  maxChannels: z.coerce.number().int().min(2).max(64).optional().describe('Channels at once over the one connection. Default: 8; servers allow 10 unless told otherwise.'),
};

export const connectionSchema = z.strictObject(connectionFields);
export type ConnectionSettings = z.infer<typeof connectionSchema>;
