import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { Clock } from '@destino/core/driver';
import type { Cloud } from './cloud.ts';
import { throttlePolicy } from './throttle.ts';

export type AzureClientOptions = {
  endpoint: string;
  credentialScopes: string;
  tlsOptions?: { ca: string };
  additionalPolicies: { policy: PipelinePolicy; position: 'perRetry' }[];
  retryOptions: { maxRetries: number; retryDelayInMs: number; maxRetryDelayInMs: number };
  userAgentOptions: { userAgentPrefix: string };
};

/**
 * Options for any management client of the official SDKs. The SDK repeats what the service asks it to repeat, three
 * times; whatever lasts longer is the engine's to wait for.
 */
export function clientOptions(cloud: Cloud, subscription: string, clock: Clock): AzureClientOptions {
  return {
    endpoint: cloud.endpoint,
    credentialScopes: `${cloud.audience.replace(/\/$/, '')}/.default`,
    ...(cloud.ca !== undefined && { tlsOptions: { ca: cloud.ca } }),
    additionalPolicies: [{ policy: throttlePolicy(`${cloud.endpoint} ${subscription}`, clock), position: 'perRetry' }],
    retryOptions: { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 8000 },
    userAgentOptions: { userAgentPrefix: 'destino' },
  };
}
