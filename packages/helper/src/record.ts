/**
 * What the helper tells of a job, in one file that is set aside before the start. A line counts only with its final
 * point, so that a half-written one, on a full disk or at a power cut, is never taken for truth.
 */
export type JobRecord = {
  /** The helper's own process that holds the key. */
  claimed?: { pid: number; start: string; bootId: string; atMs: number; gpus: readonly number[] };
  /** The first process of the job. `start` is `-` for one that was gone before it could be looked at. */
  running?: { pid: number; start: string; atMs: number };
  ended?: { code?: number; signal?: string; cause: EndCause; atMs: number; note?: string };
  /** In containers: what was pushed has been. `logs` is false when a part of a log could not be. */
  pushed?: { outputs: 'all' | 'none' | 'failed'; logs: boolean; atMs: number };
};

export const endCauses = ['exit', 'signal', 'oom', 'timeout', 'cancelled', 'setup', 'platform'] as const;
export type EndCause = (typeof endCauses)[number];

/** What to write into the record's file before the helper hears of the job, so that its end fits on a full disk. */
export const blankRecord = '\n'.repeat(512);

/** Reads a record. What is missing or incomplete is absent. */
export function parseRecord(text: string): JobRecord {
  const record: JobRecord = {};
  for (const line of text.split('\n')) {
    const words = line.split(' ');
    if (words.at(-1) !== '.') break;
    readLine(record, words);
  }
  return record;
}

function readLine(record: JobRecord, [word, ...rest]: string[]): void {
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = rest;
  if (word === 'claimed' && rest.length === 6) {
    const gpus = fifth === '-' ? [] : fifth.split(',').map(Number);
    record.claimed = { pid: Number(first), start: second, bootId: third, atMs: Number(fourth), gpus };
  } else if (word === 'running' && rest.length === 4) {
    record.running = { pid: Number(first), start: second, atMs: Number(third) };
  } else if (word === 'pushed' && rest.length === 4 && (first === 'all' || first === 'none' || first === 'failed')) {
    record.pushed = { outputs: first, logs: second === 'yes', atMs: Number(third) };
  } else if (word === 'ended' && rest.length === 6) {
    const cause = endCauses.find((known) => known === third);
    if (cause === undefined) return;
    record.ended = {
      cause,
      atMs: Number(fourth),
      ...(first !== '-' && { code: Number(first) }),
      ...(second !== '-' && { signal: second }),
      ...(fifth !== '-' && { note: fifth }),
    };
  }
}
