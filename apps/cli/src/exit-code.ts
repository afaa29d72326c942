import type { Job } from '@destino/runtime';
import type { ErrorCode } from '@destino/core/errors';

/** What the process ends with; the table of docs/cli.md. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  cancelled: 3,
  platform: 4,
  notFound: 5,
  forbidden: 6,
  running: 7,
  bug: 70,
} as const;

/** The end of the process for each code of error. */
export const exitCodeOfError: Readonly<Record<ErrorCode, number>> = {
  'config-invalid': exitCodes.usage,
  conflict: exitCodes.usage,
  unsupported: exitCodes.usage,
  unauthenticated: exitCodes.forbidden,
  forbidden: exitCodes.forbidden,
  'not-found': exitCodes.notFound,
  quota: exitCodes.platform,
  'no-capacity': exitCodes.platform,
  rejected: exitCodes.platform,
  throttled: exitCodes.platform,
  unavailable: exitCodes.platform,
  timeout: exitCodes.platform,
  lost: exitCodes.platform,
  aborted: exitCodes.cancelled,
  'state-version': exitCodes.platform,
  contract: exitCodes.bug,
  internal: exitCodes.bug,
};

const signalBase = 128;
const signals: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };

/** The end of the process for a job. With `pass`, one that ran and failed gives its own code. */
export function exitCodeOfJob(job: Pick<Job, 'state' | 'exitCode' | 'signal' | 'reason' | 'attempts'>, pass = false): number {
  switch (job.state) {
    case 'succeeded':
      return exitCodes.done;
    case 'cancelled':
      return exitCodes.cancelled;
    case 'lost':
      return exitCodes.platform;
    case 'failed':
      return hasRun(job) ? ownCode(job, pass) : exitCodes.platform;
    default:
      return exitCodes.running;
  }
}

/** A job that never began, or whose end is the platform's doing, has not failed by itself. */
function hasRun({ exitCode, signal, reason, attempts }: Pick<Job, 'exitCode' | 'signal' | 'reason' | 'attempts'>): boolean {
  const causes = attempts.at(-1)?.exits.map(({ cause }) => cause) ?? [];
  if (causes.some((cause) => cause === 'setup' || cause === 'image' || cause === 'platform' || cause === 'node-lost' || cause === 'preempted')) return false;
  return exitCode !== undefined || signal !== undefined || causes.length > 0 || reason?.code === 'outputs';
}

function ownCode({ exitCode, signal }: Pick<Job, 'exitCode' | 'signal'>, pass: boolean): number {
  if (!pass) return exitCodes.failed;
  if (exitCode !== undefined && exitCode !== 0) return exitCode;
  return signal === undefined ? exitCodes.failed : signalBase + (signals[signal] ?? 0);
}
