import type { TokenCredential } from '@azure/identity';
import { z } from 'zod';
import type { Secrets } from '@destino/core/driver';
import { secretReferenceSchema } from '@destino/core/model';
import type { Cloud } from './cloud.ts';

/** Who signs in. Nothing given: what this machine has, in the order of Azure's own chain. */
export const signInSchema = z.strictObject({
  tenant_id: z.string().optional(),
  /** A service principal's, with `client_secret`; or a user-assigned managed identity's, without. */
  client_id: z.string().optional(),
  client_secret: secretReferenceSchema.optional(),
});
export type SignIn = z.infer<typeof signInSchema>;

/**
 * A credential that loads the identity library and asks for secrets when the first token is needed, not before.
 * Without a service principal: environment variables, workload identity, managed identity, `az login` and its like.
 */
export function lazyCredential(signIn: SignIn, cloud: Cloud, secrets: Secrets): TokenCredential {
  let made: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      made ??= make(signIn, cloud, secrets);
      try {
        return await (await made).getToken(scopes, options);
      } catch (error) {
        made = undefined; // a secret may have been replaced, a sign-in renewed
        throw error;
      }
    },
  };
}

async function make({ tenant_id: tenantId, client_id: clientId, client_secret: secret }: SignIn, cloud: Cloud, secrets: Secrets): Promise<TokenCredential> {
  const { ClientSecretCredential, DefaultAzureCredential } = await import('@azure/identity');
  const options = {
    authorityHost: cloud.authorityHost,
    ...(cloud.custom && { disableInstanceDiscovery: true }),
    ...(cloud.ca !== undefined && { tlsOptions: { ca: cloud.ca } }),
  };
  if (tenantId !== undefined && clientId !== undefined && secret !== undefined) {
    return new ClientSecretCredential(tenantId, clientId, await secrets.resolve(secret), options);
  }
  return new DefaultAzureCredential({ ...options, ...(tenantId !== undefined && { tenantId }), ...(clientId !== undefined && { managedIdentityClientId: clientId }) });
}
