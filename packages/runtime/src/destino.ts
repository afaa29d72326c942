import type { Engine, FollowOptions, Job, JobRequestInput, LogChunk } from '@destino/core';
import type { BlobStore } from '@destino/core/blob';
import type { Clock, DriverContext, Logger } from '@destino/core/driver';
import type { RandomBytes } from '@destino/core/model';
import type { StateStore } from '@destino/core/store';
import type { HandOver } from './agent/hand-over.ts';
import type { AgentAnswer, AgentRequest } from './agent/protocol.ts';
import type { Endpoints } from './endpoint/endpoints.ts';
import type { Models } from './model/models.ts';
import type { DriverRegistry } from './drivers/driver-registry.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import type { CheckOptions, FileCheck } from './job/check-file.ts';
import type { CommandRun } from './job/command-request.ts';
import type { FileRun } from './job/file-request.ts';
import type { WorkspaceChoice } from './workspace/find-workspace.ts';
import type { Places, Variables } from './workspace/places.ts';
import type { Settings } from './workspace/settings.ts';

/** A job as it is submitted: a file, a command, or a request that is whole already. */
export type RunInput = (FileRun | CommandRun | { request: JobRequestInput; notes?: string[] }) & {
  /** Unique in the workspace. Default: a new one, as `brave-otter`. */
  name?: string;
  createdBy?: string;
};

export type Submitted = {
  job: Job;
  /** False when a job of this name with this content existed. */
  created: boolean;
  /** What was translated, noted, chosen or left out, one line each. */
  notes: string[];
};

/** Destino on this machine, with one workspace open. Jobs go on when it is disposed. */
export interface Destino extends AsyncDisposable {
  readonly workspace: WorkspaceChoice;
  readonly places: Places;
  readonly variables: Variables;
  readonly engine: Engine;
  readonly targets: Engine['targets'];
  /** Named, versioned sets of files. */
  readonly models: Models;
  /** Stable addresses with keys in front of deployments. */
  readonly endpoints: Endpoints;
  readonly drivers: DriverRegistry;
  readonly secrets: SecretStore;
  readonly store: StateStore;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly randomBytes: RandomBytes;

  /** What `DESTINO_*`, `destino.yaml`, the user's file and the defaults say. */
  settings(): Promise<Settings>;
  /** Makes the built-in `local`, and brings the targets of `destino.yaml` to what it says. Done by `submit`, too. */
  prepareTargets(): Promise<void>;
  /** Begins to supervise what this process can serve. Done by `submit`, too. */
  start(): Promise<void>;
  /** Stores a job and begins to supervise it; it is durable when this resolves. */
  submit(run: RunInput): Promise<Submitted>;
  /** Whether a file would run, target by target, without running it. */
  check(options: CheckOptions): Promise<FileCheck>;
  /** Submits, gives every piece of the log to `onLog` as it comes, and resolves when the job has ended. */
  run(run: RunInput, options?: { onLog?: (chunk: LogChunk) => void; signal?: AbortSignal }): Promise<Job>;
  logs(name: string, options?: FollowOptions): AsyncIterable<LogChunk>;
  wait(name: string, options?: { signal?: AbortSignal }): Promise<Job>;
  /** Tells the engine which secrets can be had here, beside those that the workspace keeps. */
  offerSecrets(names: readonly string[]): Promise<void>;
  /** Takes over what nobody supervises, for at most `withinMs` (default 200). Answers whether there was anything. */
  reconcile(withinMs?: number): Promise<boolean>;
  /** Ends the supervision by this process and has the agent go on with it. Nothing can be submitted afterwards. */
  handOver(names: readonly string[]): Promise<HandOver>;
  /** Starts the agent of this workspace unless one runs, without waiting until it does. */
  bringUpAgent(): Promise<void>;
  /** What a driver is given for a target of this workspace. */
  driverContext(target: { name: string; kind: string }): DriverContext;
  /** Asks the agent of this workspace, if there is one. */
  askAgent(request: AgentRequest): Promise<AgentAnswer | undefined>;
}
