import type { ChildProcess } from 'node:child_process';

/** How a run is found again, after a restart of the emulator too. */
export type RunReference = { by: 'process'; pid: number; startTime: string; marker: string } | { by: 'docker'; container: string };

export type Mount = { hostPath: string; mountPath: string; readOnly: boolean };

/** One start of one container. */
export type RunPlan = {
  /** A folder of the container's own. */
  folder: string;
  generation: number;
  image: string;
  command: readonly string[];
  variables: Readonly<Record<string, string>>;
  mounts: readonly Mount[];
  ports: readonly number[];
  /** The address of its group. */
  ip: string;
  cpu: number;
  memoryInGB: number;
};

/** What makes containers run: the engine of Docker, or plain processes. */
export interface Runner {
  readonly kind: 'docker' | 'process';
  /** @throws with the words of the platform when there is no such image. */
  pull(image: string): Promise<void>;
  start(plan: RunPlan): Promise<RunReference>;
  /** The exit code once it has ended; `undefined` while it runs. */
  exitCode(plan: Pick<RunPlan, 'folder' | 'generation'>, run: RunReference): Promise<number | undefined>;
  /** Ends the whole tree: SIGTERM, and SIGKILL after `graceMs`. */
  kill(run: RunReference, graceMs: number): Promise<void>;
  /** What a generation has written so far. */
  log(plan: Pick<RunPlan, 'folder' | 'generation'>, run?: RunReference): Promise<Buffer>;
  /** One program inside. */
  exec(plan: RunPlan, run: RunReference, command: readonly string[]): ChildProcess;
}
