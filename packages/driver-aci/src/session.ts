import type { ContainerGroupsGetResponse, ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import { clientOptions, lazyCredential, readCloud } from '@destino/azure';
import type { CallOptions, DriverContext, Staging } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { AciConfig } from './config.ts';
import { teller, unlessAbsent, type Told } from './map-error.ts';

/** One opened target: its config, what it was given, and the client, loaded when it is first needed. */
export type Session = {
  config: AciConfig;
  context: DriverContext;
  told: Told;
  client(): Promise<ContainerInstanceManagementClient>;
  group(name: string, options?: CallOptions): Promise<ContainerGroupsGetResponse | undefined>;
  /** @throws `config-invalid` in a workspace without storage that Azure can reach. */
  staging(): Staging;
};

export function openSession(config: AciConfig, context: DriverContext): Session {
  let made: Promise<ContainerInstanceManagementClient> | undefined;
  const client = async (): Promise<ContainerInstanceManagementClient> => {
    const { ContainerInstanceManagementClient: Client } = await import('@azure/arm-containerinstance');
    const cloud = readCloud(config.cloud);
    return new Client(lazyCredential(config.sign_in, cloud, context.secrets), config.subscription_id, clientOptions(cloud, config.subscription_id, context.clock));
  };
  const opened = (): Promise<ContainerInstanceManagementClient> => (made ??= client());
  return {
    config,
    context,
    told: teller(config),
    client: opened,
    group: async (name, options = {}) => unlessAbsent((await opened()).containerGroups.get(config.resource_group, name, abortable(options))),
    staging: () => {
      if (context.staging !== undefined) return context.staging;
      throw new DestinoError('config-invalid', 'the workspace has no storage that containers in Azure can reach', { hint: noStagingFix });
    },
  };
}

export const noStagingFix = 'name a blob container as storage in destino.yaml';

export function abortable({ signal }: CallOptions): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
