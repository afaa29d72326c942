import type { CallOptions, Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { LogRecord } from '@destino/core/model';
import type { Shell } from './shell.ts';

const chunkBytes = 512 * 1024;
const soonMs = 200;
const lateMs = 3000;

/** How far each file was read: `RANK.STREAM` → bytes. */
type Offsets = Record<string, number>;
type Following = CallOptions & { since?: string; follow: boolean; clock: Clock; key: string; manyRanks: boolean; finished(): Promise<boolean> };

/**
 * New bytes of every rank's files below `$1`, key `$2`; `$3` and on are `RANK.STREAM=OFFSET`. Each piece is a line
 * `@ RANK STREAM OFFSET BYTES LEFT` and then just so many bytes: files only grow.
 */
const readScript = [
  'job=$root/jobs/$1 key=$1',
  'shift',
  'for file in "$job"/ranks/*/jobs/"$key"/stdout "$job"/ranks/*/jobs/"$key"/stderr; do',
  '  [ -s "$file" ] || continue',
  '  rank=${file#"$job/ranks/"} rank=${rank%%/*} from=0',
  '  for known; do case $known in "$rank.${file##*/}="*) from=${known#*=} ;; esac; done',
  '  bytes=$(($(wc -c <"$file") - from)) left=0',
  `  if [ "$bytes" -gt ${chunkBytes} ]; then left=$((bytes - ${chunkBytes})) bytes=${chunkBytes}; fi`,
  '  [ "$bytes" -gt 0 ] || continue',
  '  echo "@ $rank ${file##*/} $from $bytes $left"',
  '  tail -c "+$((from + 1))" "$file" | head -c "$bytes"',
  'done',
  '',
].join('\n');

type Piece = { rank: number; stream: 'stdout' | 'stderr'; from: number; bytes: Uint8Array; left: number };

/** The log of all ranks from a cursor on; each rank is a source. */
export async function* readLogs(shell: Shell, options: Following): AsyncIterable<LogRecord> {
  const offsets = parseCursor(options.since);
  const call = options.signal === undefined ? {} : { signal: options.signal };
  let waitMs = soonMs;
  for (;;) {
    const last = !options.follow || (await options.finished()); // asked before reading: nothing is written after an end
    let any = false;
    for (let more = true; more; ) {
      const words = [options.key, ...Object.entries(offsets).map(([name, bytes]) => `${name}=${bytes}`)];
      const pieces = parsePieces(await shell.run({ op: 'logs.read', key: options.key }, readScript, { ...call, words }));
      more = pieces.some(({ left }) => left > 0);
      for (const { rank, stream, from, bytes } of pieces) {
        any = true;
        offsets[`${rank}.${stream}`] = from + bytes.length;
        yield { cursor: writeCursor(offsets), source: options.manyRanks ? `rank${rank}` : 'node0', stream, bytes };
      }
    }
    if (last) return;
    waitMs = any ? soonMs : Math.min(lateMs, waitMs * 2);
    await options.clock.sleep(waitMs, call);
  }
}

/** @throws `unavailable` for an answer that was cut off. */
export function parsePieces(answer: Buffer): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < answer.length; ) {
    const lineEnd = answer.indexOf(10, at);
    const head = /^@ (\d+) (stdout|stderr) (\d+) (\d+) (\d+)$/.exec(lineEnd < 0 ? '' : answer.toString('latin1', at, lineEnd));
    const [, rank, stream, from, size, left] = head ?? [];
    const end = lineEnd + 1 + Number(size);
    if (head === null || end > answer.length) throw new DestinoError('unavailable', 'the log came only in part', { hint: 'read it again: nothing is lost' });
    pieces.push({ rank: Number(rank), stream: stream === 'stderr' ? 'stderr' : 'stdout', from: Number(from), bytes: answer.subarray(lineEnd + 1, end), left: Number(left) });
    at = end;
  }
  return pieces;
}

/** `RANK:STDOUT:STDERR`, with commas between. */
function writeCursor(offsets: Offsets): string {
  const ranks = [...new Set(Object.keys(offsets).map((name) => Number(name.split('.')[0])))].toSorted((a, b) => a - b);
  return ranks.map((rank) => `${rank}:${offsets[`${rank}.stdout`] ?? 0}:${offsets[`${rank}.stderr`] ?? 0}`).join(',');
}

export function parseCursor(cursor: string | undefined): Offsets {
  if (cursor === undefined || cursor === '') return {};
  const offsets: Offsets = {};
  for (const part of cursor.split(',')) {
    if (!/^\d+:\d+:\d+$/.test(part)) throw new DestinoError('contract', `'${cursor.slice(0, 100)}' is not a log cursor of the Slurm driver`);
    const [rank, stdout, stderr] = part.split(':').map(Number);
    offsets[`${rank}.stdout`] = stdout ?? 0;
    offsets[`${rank}.stderr`] = stderr ?? 0;
  }
  return offsets;
}
