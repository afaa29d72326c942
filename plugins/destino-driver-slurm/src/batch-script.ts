import { assign } from './layout.ts';

export type Batch = { folder: string; key: string; helper: string; nodes: number; processesPerNode: number; graceMs: number };

/**
 * What Slurm starts on a job's first node. Its first act is the claim: a link whose text is Slurm's number, made only
 * once however many jobs Slurm has under the key. TERM to it alone asks for the job's end.
 */
export function batchScript({ folder, key, helper, nodes, processesPerNode }: Batch): string {
  const ranks = nodes * processesPerNode;
  const start =
    ranks === 1
      ? 'sh "$job/rank.sh" &'
      : `srun --export=ALL --nodes=${nodes} --ntasks=${ranks} --ntasks-per-node=${processesPerNode} --kill-on-bad-exit=1 --output=none --error=none sh "$job/rank.sh" &`;
  const pass = ranks === 1 ? 'kill -s TERM "$pid"' : 'scancel --signal=TERM "$SLURM_JOB_ID.0" || kill -s TERM "$pid"';
  return [
    '#!/bin/sh',
    assign({ job: folder, key, helper, ranks }).trimEnd(),
    'export DESTINO_SLURM_RANKS="$ranks"',
    'cd "$job" || exit 1',
    'ln -s "$SLURM_JOB_ID" claim 2>/dev/null',
    '[ "$(readlink claim)" = "$SLURM_JOB_ID" ] || exit 97',
    '[ ! -e ending ] || exit 143',
    'pid=',
    `trap '[ -z "$pid" ] || { ${pass}; }' TERM`,
    'first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)',
    'export DESTINO_SLURM_FIRST="${first:-127.0.0.1}"',
    start,
    'pid=$!',
    '[ ! -e ending ] || kill -s TERM "$$"',
    'while :; do',
    '  wait "$pid"',
    '  code=$?',
    '  kill -s 0 "$pid" 2>/dev/null || break',
    'done',
    'rm -f "$job/secrets"',
    'exit "$code"',
    '',
  ].join('\n');
}

/** What runs for each process, beside it: the helper, which claims, runs, ends at the time-out and records. */
export function rankScript({ folder, key, helper, graceMs }: Batch): string {
  return [
    assign({ job: folder, key, helper, default_grace: graceMs }).trimEnd(),
    'root=$job/ranks/${SLURM_PROCID:-0}',
    'mkdir -p "$root/jobs/$key" && cp "$job/start" "$root/jobs/$key/start" && cp "$job/blank" "$root/jobs/$key/record" || exit 1',
    'pid=',
    'ask() {',
    '  cause=cancelled grace=$default_grace',
    '  [ ! -r "$job/ending" ] || read -r cause grace <"$job/ending"',
    '  DESTINO_ROOT=$root sh "$helper" end "$key" "$cause" "$grace" </dev/null &',
    '}',
    'trap ask TERM',
    'DESTINO_ROOT=$root sh "$helper" run "$key" </dev/null &',
    'pid=$!',
    'while :; do',
    '  wait "$pid"',
    '  code=$?',
    '  kill -s 0 "$pid" 2>/dev/null || break',
    'done',
    'wait',
    // 0 of the helper means that it has told the end; the code of the command stands in its record.
    'while read -r word exit_code _ && [ -n "$word" ]; do',
    '  [ "$word" != ended ] || code=$exit_code',
    'done <"$root/jobs/$key/record"',
    '[ "$code" != - ] || code=1',
    'exit "$code"',
    '',
  ].join('\n');
}
