import type { Exit, Json, JobSpec, LogStream, OutputFile, Owner, OwnedThing, Reason, SeenJobState, ServiceSpec, ServiceState, TargetState } from '@destino/core/model';
import type { RemoteSettings } from './remote/settings.ts';

/** One record of a job in the remote world; `record` tells two creations under one key apart. */
export type JobRef = { key: string; record: string };

export type RemoteCaller = { owner: Owner; host: string; fence: number };

export type CreateJob = RemoteCaller & { key: string; target: string; spec: JobSpec; secrets: Record<string, string>; staged?: Json };
export type JobCreated = { ref: JobRef } | { busy: Reason; retryAfterMs: number };

export type Absent = { seen: 'absent'; conclusive: boolean; reasons: Reason[] };
export type RemoteJobView =
  | Absent
  | { seen: 'yes'; record: string; state: SeenJobState; rawState: string; reasons: Reason[]; exits: Exit[]; startedAt?: string; endedAt?: string };

export type LogOffsets = Record<string, number>;
export type LogPiece = { source: string } & ({ stream: LogStream; bytes: Uint8Array; timeMs: number } | { gap: { reason: string; bytes: number } });
/** Pieces after the offsets asked for; `ended` when nothing can come after them. */
export type LogSlice = { pieces: LogPiece[]; ended: boolean };

export type RemoteFound<Ref> = { ref: Ref } | { absent: true; conclusive: boolean };

export type PutService = RemoteCaller & { key: string; spec: ServiceSpec };
export type RemoteServiceView =
  | Absent
  | { seen: 'yes'; state: ServiceState; rawState: string; revision: number; want: number; ready: number; failed: number; unreachable: number; reasons: Reason[] };

export type TargetCall = RemoteCaller & { key: string; name: string };
export type RemoteTargetView = Absent | { seen: 'yes'; state: TargetState; rawState: string; attributes: Record<string, Json>; reasons: Reason[] };

/**
 * What the fake driver asks of the remote world, each a call that takes and gives data. In one process the world
 * itself answers; from another process a client of its server does.
 */
export interface RemoteApi {
  createJob(call: CreateJob): JobCreated;
  findJob(call: { key: string }): RemoteFound<JobRef>;
  readJobs(call: { refs: JobRef[]; staleMs: number }): RemoteJobView[];
  readLog(call: { ref: JobRef; since: LogOffsets; maxBytes: number }): LogSlice;
  cancelJob(call: { ref: JobRef; host: string; graceMs: number }): void;
  listOutputs(call: { ref: JobRef }): OutputFile[];
  readOutput(call: { ref: JobRef; output: string; path: string; from: number }): Uint8Array;
  releaseJob(call: { ref: JobRef; host: string }): void;
  deployService(call: PutService): { name: string };
  findService(call: { key: string }): RemoteFound<string>;
  readServices(call: { names: string[]; staleMs: number }): RemoteServiceView[];
  readServiceLog(call: { name: string; since: LogOffsets; maxBytes: number }): LogSlice;
  updateService(call: PutService & { name: string }): void;
  invokeService(call: { name: string; body: Uint8Array; contentType: string }): { status: number; contentType: string; revision: number; body: Uint8Array };
  undeployService(call: { name: string; host: string }): void;
  provisionTarget(call: TargetCall): void;
  readTarget(call: { name: string }): RemoteTargetView;
  updateTarget(call: TargetCall): void;
  deprovisionTarget(call: TargetCall): void;
  attachTarget(call: TargetCall): void;
  detachTarget(call: { name: string; owner: Owner; host: string }): void;
  powerTarget(call: TargetCall & { on: boolean }): void;
  listOwned(call: { owner: Owner }): OwnedThing[];
  removeOwned(call: { owner: Owner; id: string; what: OwnedThing['what']; host: string }): void;
  hasContent(call: { hashes: string[] }): boolean[];
  putContent(call: { hash: string; sizeBytes: number }): void;
}

/** The same calls, perhaps answered by another process. */
export type RemoteCalls = { [Name in keyof RemoteApi]: (call: Parameters<RemoteApi[Name]>[0], options?: { signal?: AbortSignal }) => ReturnType<RemoteApi[Name]> | Promise<ReturnType<RemoteApi[Name]>> };

export type RemoteLink = RemoteCalls & { readonly settings: RemoteSettings };
