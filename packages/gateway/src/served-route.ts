import type { EndpointRoute } from '@destino/core';
import { keyCheck, type KeyCheck } from './authorise.ts';

/** A route as requests are answered by it. */
export type ServedRoute = {
  allows: KeyCheck;
  traffic: Readonly<Record<string, number>>;
  mirror: Readonly<Record<string, number>>;
  deployments: ReadonlySet<string>;
  isHealthy: boolean;
  maxBodyBytes: number;
};

const defaultMaxBodyBytes = 100 * 1024 * 1024;

export function servedRoute({ keys, traffic, mirror, upstreams, maxBodyBytes = defaultMaxBodyBytes }: EndpointRoute): ServedRoute {
  return {
    allows: keyCheck(keys),
    traffic,
    mirror,
    deployments: new Set([...upstreams.keys(), ...Object.keys(traffic)]),
    isHealthy: Object.entries(traffic).some(([name, percent]) => percent > 0 && upstreams.has(name)),
    maxBodyBytes,
  };
}
