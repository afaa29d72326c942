import type { Exit, ExitCause, JobView, Reason } from '../model/index.ts';
import type { Attempt, Verdict } from '../store/index.ts';

const retryCause: Readonly<Record<ExitCause, Verdict['cause']>> = {
  exit: 'failed',
  signal: 'failed',
  oom: 'failed',
  timeout: 'timeout',
  preempted: 'preempted',
  'node-lost': 'lost',
  image: 'user',
  setup: 'user',
  platform: 'platform',
  // Somebody ended it there on purpose: to start it again would be against their will.
  cancelled: 'user',
};

/**
 * The exit that explains a failure: the first node that did not end well. The first that fails has the others ended, so
 * a node that was told to end explains less than one that was not.
 */
export function decisiveExit(exits: readonly Exit[]): Exit | undefined {
  const unwell = exits.filter((exit) => exit.cause !== 'exit' || exit.code !== 0);
  return unwell.find((exit) => !wasTold(exit)) ?? unwell[0] ?? exits[0];
}

function wasTold({ cause, signal }: Exit): boolean {
  return cause === 'cancelled' || (cause === 'signal' && (signal === 'SIGTERM' || signal === 'SIGKILL'));
}

function exitText(exit: Exit | undefined): string {
  if (exit === undefined) return 'it failed, and the target does not say how';
  if (exit.message !== undefined) return exit.message;
  const node = exit.node > 0 ? ` on node ${exit.node}` : '';
  switch (exit.cause) {
    case 'exit':
      return `the command ended with exit code ${exit.code ?? 'unknown'}${node}`;
    case 'signal':
      return `the command was ended by ${exit.signal ?? 'a signal'}${node}`;
    case 'oom':
      return `the command needed more memory than there is${node}`;
    case 'timeout':
      return `the command ran longer than its time-out${node}`;
    case 'preempted':
      return `the platform took the machine back${node}`;
    case 'node-lost':
      return `the machine went away${node}`;
    case 'image':
      return `the image could not be had${node}`;
    case 'setup':
      return `the command could not be started${node}`;
    case 'platform':
      return `the platform ended it${node}, without being asked to`;
    case 'cancelled':
      return `it was cancelled${node} by somebody else`;
    default:
      return exit.cause satisfies never;
  }
}

/** How a finished job is to be judged: the target says what it saw, the engine knows what was asked for. */
export function judge(view: JobView, attempt: Attempt): Verdict {
  const exit = decisiveExit(view.exits);
  const facts = { ...(exit?.code !== undefined && { exitCode: exit.code }), ...(exit?.signal !== undefined && { signal: exit.signal }), conclusive: true };
  if (view.state === 'succeeded') return { state: 'succeeded', cause: 'none', ...facts };
  if (attempt.cancelCause === 'user') {
    return { state: 'cancelled', cause: 'none', reason: { code: 'cancelled', text: 'cancelled on request' }, ...facts };
  }
  if (attempt.cancelCause === 'timeout') {
    return { state: 'failed', cause: 'timeout', reason: { code: 'timeout', text: 'ended by its time-out' }, ...facts };
  }
  const cause = view.state === 'cancelled' ? 'user' : retryCause[exit?.cause ?? 'exit'];
  return { state: 'failed', cause, reason: failureReason(view, exit), ...facts };
}

function failureReason(view: JobView, exit: Exit | undefined): Reason {
  if (view.state === 'cancelled') return { code: 'platform', text: `ended as '${view.rawState}' without a request of ours` };
  const told = view.reasons[0];
  return { code: exit?.cause ?? told?.code ?? 'failed', text: told === undefined ? exitText(exit) : told.text, ...(told?.fix !== undefined && { fix: told.fix }) };
}
