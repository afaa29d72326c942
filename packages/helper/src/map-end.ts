import type { ExitCause, SeenJobState } from '@destino/core/model';
import type { EndCause, JobRecord } from './record.ts';

type Ended = NonNullable<JobRecord['ended']>;

/** The one table of how a job's end reads. */
const stateOf: Readonly<Record<EndCause, (ended: Ended) => SeenJobState>> = {
  exit: ({ code }) => (code === 0 ? 'succeeded' : 'failed'),
  signal: () => 'failed',
  oom: () => 'failed',
  timeout: () => 'failed',
  cancelled: () => 'cancelled',
  setup: () => 'failed',
  platform: () => 'failed',
};

export function mapState(ended: Ended): SeenJobState {
  return stateOf[ended.cause](ended);
}

/** What the helper notes beside the cause, in words for people. */
const noteTexts: Readonly<Record<string, string>> = {
  'disk-full': 'the disk was full when the command ended',
  'too-large': 'it wants more cores, memory or graphics processors than jobs may take on this machine',
  'no-start': 'the files that say how to start it are gone',
  'no-log': 'the files for its output could not be made: the disk is full or cannot be written',
  image: 'docker could not start the container; its words stand in the log',
  'runner-gone': 'the process beside it had been killed',
};

export function mapCause(ended: Ended): { cause: ExitCause; message?: string } {
  const message = ended.note === undefined ? undefined : noteTexts[ended.note];
  const cause = ended.note === 'image' && ended.cause === 'exit' ? 'image' : ended.cause;
  return { cause, ...(message !== undefined && { message }) };
}
