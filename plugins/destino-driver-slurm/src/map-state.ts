import type { ExitCause, SeenJobState } from '@destino/core/model';

export type StateMeaning = {
  state: SeenJobState;
  /** Of what did not tell its own end: why Slurm ended it. */
  cause?: ExitCause;
  /** Why a job in this state does not go on. */
  text?: string;
};

/** Slurm's states, as `squeue` and `sacct` name them. */
const table: Readonly<Record<string, StateMeaning>> = {
  PENDING: { state: 'queued' },
  REQUEUED: { state: 'queued' },
  REQUEUE_FED: { state: 'queued' },
  REQUEUE_HOLD: { state: 'queued' },
  RESV_DEL_HOLD: { state: 'queued' },
  SPECIAL_EXIT: { state: 'queued' },
  CONFIGURING: { state: 'preparing', text: 'its nodes are being made ready' },
  POWER_UP_NODE: { state: 'preparing', text: 'its nodes are being switched on' },
  RUNNING: { state: 'running' },
  RESIZING: { state: 'running' },
  SIGNALING: { state: 'running' },
  STOPPED: { state: 'running', text: 'it was stopped by a signal and keeps its cores' },
  SUSPENDED: { state: 'running', text: 'it was suspended by the cluster, and gave its cores away for now' },
  COMPLETING: { state: 'finalizing' },
  STAGE_OUT: { state: 'finalizing' },
  COMPLETED: { state: 'succeeded', cause: 'exit' },
  FAILED: { state: 'failed', cause: 'platform' },
  LAUNCH_FAILED: { state: 'failed', cause: 'platform', text: 'Slurm could not start it' },
  RECONFIG_FAIL: { state: 'failed', cause: 'platform', text: 'its nodes could not be made ready' },
  CANCELLED: { state: 'cancelled', cause: 'cancelled' },
  REVOKED: { state: 'cancelled', cause: 'cancelled', text: 'it runs on another cluster of the federation' },
  TIMEOUT: { state: 'failed', cause: 'timeout', text: 'it reached the time limit of the cluster' },
  DEADLINE: { state: 'failed', cause: 'timeout', text: 'it reached its deadline' },
  OUT_OF_MEMORY: { state: 'failed', cause: 'oom', text: 'it used more memory than it was given' },
  NODE_FAIL: { state: 'failed', cause: 'node-lost', text: 'a node of it failed' },
  BOOT_FAIL: { state: 'failed', cause: 'node-lost', text: 'a node of it did not start' },
  PREEMPTED: { state: 'failed', cause: 'preempted', text: 'another job took its place' },
};

/** The meaning of Slurm's word. A word of a newer Slurm is told as running: nothing is decided by what is not known. */
export function mapState(word: string): StateMeaning {
  return table[word] ?? { state: 'running', text: `Slurm says '${word}', which this driver does not know` };
}

export const knownStates: readonly string[] = Object.keys(table);
