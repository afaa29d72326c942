/** What a driver may say of a job. `lost` is missing: that verdict is the engine's. */
export const seenJobStates = ['submitted', 'preparing', 'queued', 'running', 'finalizing', 'cancelling', 'succeeded', 'failed', 'cancelled'] as const;
export const jobStates = [...seenJobStates, 'lost'] as const;
export type SeenJobState = (typeof seenJobStates)[number];
export type JobState = (typeof jobStates)[number];

export const targetStates = ['creating', 'ready', 'updating', 'starting', 'stopping', 'stopped', 'deleting', 'gone', 'failed'] as const;
export type TargetState = (typeof targetStates)[number];

export const serviceStates = ['deploying', 'healthy', 'unhealthy', 'updating', 'removing', 'gone', 'failed'] as const;
export type ServiceState = (typeof serviceStates)[number];

const terminalJobStates: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'lost']);
const waitingJobStates: ReadonlySet<string> = new Set(['submitted', 'preparing', 'queued']);

/** True once nothing more will happen to the workload. */
export function isTerminalJobState(state: JobState): boolean {
  return terminalJobStates.has(state);
}

/** True while the workload has not begun; such a state is worth nothing to a user without a reason. */
export function isWaitingJobState(state: JobState): boolean {
  return waitingJobStates.has(state);
}
