import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DestinoError } from '@destino/core/errors';

const known = {
  public: { endpoint: 'https://management.azure.com', authorityHost: 'https://login.microsoftonline.com', audience: 'https://management.azure.com' },
  government: { endpoint: 'https://management.usgovcloudapi.net', authorityHost: 'https://login.microsoftonline.us', audience: 'https://management.usgovcloudapi.net' },
  china: { endpoint: 'https://management.chinacloudapi.cn', authorityHost: 'https://login.chinacloudapi.cn', audience: 'https://management.chinacloudapi.cn' },
} as const;

/** Which Azure: one of Microsoft's, or one whose addresses are given (Azure Stack, the emulator). */
export const cloudSchema = z.union([
  z.enum(['public', 'government', 'china']),
  z.strictObject({
    endpoint: z.url({ protocol: /^https$/ }),
    /** Where tokens come from. Default: the endpoint, as on Azure Stack and the emulator. */
    authority_host: z.url({ protocol: /^https$/ }).optional(),
    /** What tokens are for. Default: the endpoint. */
    audience: z.string().optional(),
    /** A file of certificates to trust beside the system's. */
    ca_file: z.string().optional(),
  }),
]);
export type CloudConfig = z.infer<typeof cloudSchema>;

/** A cloud, everything filled in. */
export type Cloud = { endpoint: string; authorityHost: string; audience: string; custom: boolean; ca?: string };

/** @throws `config-invalid` when the file of certificates cannot be read. */
export function readCloud(config: CloudConfig = 'public'): Cloud {
  if (typeof config === 'string') return { ...known[config], custom: false };
  const { endpoint, authority_host: authorityHost = endpoint, audience = endpoint, ca_file: caFile } = config;
  return { endpoint, authorityHost, audience, custom: true, ...(caFile !== undefined && { ca: readCa(caFile) }) };
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new DestinoError('config-invalid', `the certificates in ${file} cannot be read`, { hint: 'set cloud.ca_file to a PEM file', cause });
  }
}
