const runningBytes = 4 * 1024 * 1024;
const endedBytes = 16 * 1024;
const endedLines = 1000;

export type LogRequest = { ended: boolean; tail?: number | undefined; stamp?: string | undefined };

/** What the log call tells of a container's bytes: the last 4 MB while it runs, of an ended one 16 KB or 1000 lines. */
export function logWindow(bytes: Buffer, { ended, tail, stamp }: LogRequest): string {
  const kept = bytes.subarray(Math.max(0, bytes.length - (ended ? endedBytes : runningBytes)));
  const text = kept.toString('utf8');
  const most = Math.min(tail ?? Number.POSITIVE_INFINITY, ended ? endedLines : Number.POSITIVE_INFINITY);
  if (!Number.isFinite(most) && stamp === undefined) return text;
  const lines = text.split('\n');
  const closing = lines.at(-1) === '' ? lines.splice(-1) : [];
  const last = most >= lines.length ? lines : lines.slice(lines.length - most);
  return [...(stamp === undefined ? last : last.map((line) => `${stamp} ${line}`)), ...closing].join('\n');
}
