import type { Connection, InvokeAnswer, InvokeRequest } from '../../driver/index.ts';
import type { Split } from './revision.ts';

/** One deployment behind an endpoint, as the gateway reaches it. */
export type Upstream = {
  /** Another one means another way to it: the gateway connects anew and lets the old connection finish. */
  version: string;
  /** Where a scoring request goes there. */
  scoringRoute: string;
  requestTimeoutMs: number;
  connect(): Promise<Connection>;
  /** For services without HTTP. */
  invoke?: (request: InvokeRequest) => Promise<InvokeAnswer>;
};

/** What an endpoint is to do from now on. */
export type EndpointRoute = {
  name: string;
  /** The one it has, or the one that is wanted; without it the first that is free. */
  port?: number | undefined;
  /** Ports of other endpoints that do not run now. */
  avoid: readonly number[];
  /** Either opens it. */
  keys: readonly string[];
  traffic: Split;
  mirror: Split;
  upstreams: ReadonlyMap<string, Upstream>;
  maxBodyBytes?: number | undefined;
};

/** What was measured of one deployment: in all, and over the last minute. Times in milliseconds. */
export type Measures = {
  requests: number;
  /** Answered with a fault of the deployment's own: 5xx, no connection, no answer in time. */
  failures: number;
  mirrored: number;
  inFlight: number;
  lastMinute: { requests: number; failures: number; requestsPerSecond: number; p50Ms: number | null; p90Ms: number | null; p99Ms: number | null };
};

/** Binds ports and carries requests. One per process. */
export interface EndpointHost {
  /** Serves an endpoint so from now on. @throws `conflict` when its port belongs to somebody else. */
  serve(id: string, route: EndpointRoute): Promise<{ port: number; origin: string }>;
  /** By deployment; empty when it is not served here. */
  measures(id: string): Record<string, Measures>;
  /** Takes no more requests and lets those under way finish. */
  stop(id: string): Promise<void>;
  stopAll(): Promise<void>;
}

export type EndpointHosting = {
  host: EndpointHost;
  /** The keys of an endpoint; either is good. */
  keys: (endpoint: string) => Promise<readonly string[]>;
};

/** The hosting, with what was counted when a bake began. */
export type EndpointSupervisor = EndpointHosting & { baselines: Map<string, { revision: number; requests: number; failures: number }> };

/** What a host must offer to serve endpoints. */
export const endpointNeed = 'gateway/1';
