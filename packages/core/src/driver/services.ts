import type { Found, Handle, Json, LogRecord, Reason, SecretReference, ServiceInspection, ServiceSpec } from '../model/index.ts';
import type { CallOptions, EffectOptions, TransferOptions } from './options.ts';

/** A way to a service from the calling process, a tunnel where one is needed; or why there is none. */
export type Connection = { origin: string; headers?: Record<string, SecretReference>; close(): Promise<void> } | { none: Reason };

export type InvokeRequest = { body: Uint8Array; contentType: string; headers?: Record<string, string>; member?: string };
export type InvokeAnswer = { status: number; contentType: string; headers: Record<string, string>; body: Uint8Array };

export interface Services {
  stage?(spec: ServiceSpec, options: TransferOptions): Promise<Json>;
  /** Creates the service at `spec.revision`. Same key again: the same handle. A smaller revision never replaces a larger. */
  deploy(spec: ServiceSpec, options: EffectOptions & { staged?: Json }): Promise<{ handle: Handle }>;
  find(key: string, options?: CallOptions): Promise<Found>;
  inspect(handles: readonly Handle[], options?: CallOptions): Promise<ServiceInspection[]>;
  logs(handle: Handle, options: CallOptions & { since?: string; follow: boolean }): AsyncIterable<LogRecord>;
  /** Brings the service to `spec.revision`; answers the handle as it is now. Without effect where a larger one stands. */
  update(handle: Handle, spec: ServiceSpec, options: EffectOptions & { staged?: Json }): Promise<{ handle: Handle }>;
  /** Rejects never because of the service's state: what cannot be reached is `{ none }`. */
  connect(handle: Handle, options?: CallOptions): Promise<Connection>;
  /** One request, for services without HTTP. */
  invoke?(handle: Handle, request: InvokeRequest, options?: CallOptions): Promise<InvokeAnswer>;
  /** Idempotent; absent is fine. */
  undeploy(handle: Handle, options?: CallOptions): Promise<void>;
}
