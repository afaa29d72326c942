import type { Resource } from '../state/resource-store.ts';
import { isRecord } from '../http/exchange.ts';
import { computeOf } from './compute-state.ts';
import { userError } from './parents.ts';

/** The secrets of an attached compute; managed ones have none. */
export function keysOf(compute: Resource): unknown {
  const { request } = computeOf(compute);
  const { computeType, properties } = request;
  if (computeType === 'AKS') {
    const kubeConfig = (user: string): string => JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': `${user}@${compute.name}` });
    return { computeType, userKubeConfig: kubeConfig('user'), adminKubeConfig: kubeConfig('admin'), imagePullSecretName: 'acr-secret' };
  }
  if (computeType === 'VirtualMachine') {
    const account = isRecord(properties?.['administratorAccount']) ? properties['administratorAccount'] : {};
    return { computeType, administratorAccount: account };
  }
  if (computeType === 'Databricks') return { computeType, databricksAccessToken: String(properties?.['databricksAccessToken'] ?? '') };
  throw userError(`Listing keys is not supported for compute of the type '${computeType}'.`);
}
