import { parseRecord, type JobRecord } from '@destino/helper';

/** What the job's folder tells. */
export type FolderView = {
  there: boolean;
  released: boolean;
  /** Slurm's number of the job that runs, or is to run, under the key. */
  id?: string;
  /** The claim was made: the batch script has begun. */
  claimed: boolean;
  /** Why somebody asked for its end. */
  ending?: string;
  /** The helper's record of each rank that has begun. */
  ranks: ReadonlyMap<number, JobRecord>;
};

/** What Slurm tells, by `squeue` or `sacct`. */
export type SlurmView = { state: string; reason: string; start?: string; end?: string; exitCode?: string };

export type Polled = { folders: ReadonlyMap<string, FolderView>; slurm: ReadonlyMap<string, SlurmView> };

const queueFormat = '%A|%T|%r|%S|%e';
const accountFormat = 'JobIDRaw,State,ExitCode,Start,End,Reason';

/**
 * One script for any number of keys (`$@`): the whole queue of the account in one call, what the queue has forgotten in
 * one call to the accounting, where there is one, and then the folders, by the shell's own means. In this order: a job
 * that Slurm says has ended told its end before, so that its folder, read afterwards, has it.
 */
export const pollScript = [
  'number() { if [ -L "$job/claim" ]; then readlink "$job/claim"; elif [ -s "$job/jobid" ]; then cat "$job/jobid"; fi; }',
  `queue=$(squeue -h -u "$me" -t all -o '${queueFormat}') || exit 1`,
  'echo queue',
  'echo "$queue"',
  'gone=',
  'for key; do',
  '  job=$root/jobs/$key',
  '  id=$(number)',
  '  case "',
  '$queue" in *"',
  '$id|"*) ;; *) gone="$gone${id:+,$id}" ;; esac',
  'done',
  'if [ -n "$gone" ]; then',
  '  echo account',
  `  sacct -X -n -P -j "\${gone#,}" -o ${accountFormat} 2>/dev/null || :`, // a cluster may keep no accounts
  'fi',
  'echo folders',
  'for key; do',
  '  job=$root/jobs/$key',
  '  echo "job $key"',
  '  [ -d "$job" ] || continue',
  '  echo there',
  '  [ ! -e "$job/released" ] || echo released',
  '  [ ! -L "$job/claim" ] || echo claimed',
  '  id=$(number)',
  '  [ -z "$id" ] || echo "id $id"',
  '  [ ! -s "$job/ending" ] || { read -r cause _ <"$job/ending"; echo "ending $cause"; }',
  '  for record in "$job"/ranks/*/jobs/"$key"/record; do',
  '    [ -e "$record" ] || continue',
  '    rank=${record#"$job/ranks/"} rank=${rank%%/*}',
  '    echo "rank $rank"',
  '    while read -r line && [ -n "$line" ]; do echo "record $line"; done <"$record"',
  '  done',
  'done',
  '',
].join('\n');

type Growing = Omit<FolderView, 'ranks'> & { ranks: Map<number, string[]> };

/** Reads what `pollScript` printed. Lines of Slurm that are of no known form are passed over. */
export function parsePoll(text: string): Polled {
  const folders = new Map<string, Growing>();
  const slurm = new Map<string, SlurmView>();
  let [section, folder, rank]: ['folders' | 'queue' | 'account', Growing, number] = ['folders', blank(), 0];
  for (const line of text.split('\n')) {
    if (line === 'queue' || line === 'account' || line === 'folders') section = line;
    else if (section === 'queue') readQueue(line, slurm);
    else if (section === 'account') readAccount(line, slurm);
    else if (line.startsWith('job ')) folders.set(line.slice(4), (folder = blank()));
    else if (line.startsWith('rank ')) folder.ranks.set((rank = Number(line.slice(5))), []);
    else if (line.startsWith('record ')) folder.ranks.get(rank)?.push(line.slice(7));
    else readFolder(line, folder);
  }
  const whole = [...folders].map(([key, { ranks, ...view }]) => [key, { ...view, ranks: new Map([...ranks].map(([number, lines]) => [number, parseRecord(lines.join('\n'))])) }] as const);
  return { folders: new Map(whole), slurm };
}

function blank(): Growing {
  return { there: false, released: false, claimed: false, ranks: new Map() };
}

function readFolder(line: string, folder: Growing): void {
  if (line === 'there' || line === 'released' || line === 'claimed') folder[line] = true;
  else if (line.startsWith('id ')) folder.id = line.slice(3);
  else if (line.startsWith('ending ')) folder.ending = line.slice(7);
}

function readQueue(line: string, slurm: Map<string, SlurmView>): void {
  const [id = '', state = '', reason = '', start, end] = line.split('|');
  if (/^\d+$/.test(id) && state !== '') slurm.set(id, { state, reason, ...times(start, end) });
}

/** `CANCELLED by 1000` is one word and who did it. */
function readAccount(line: string, slurm: Map<string, SlurmView>): void {
  const [id = '', state = '', exitCode = '', start, end, reason = ''] = line.split('|');
  if (/^\d+$/.test(id) && state !== '') slurm.set(id, { state: state.split(' ')[0] ?? state, reason, exitCode, ...times(start, end) });
}

function times(start: string | undefined, end: string | undefined): { start?: string; end?: string } {
  const known = (text: string | undefined): text is string => text !== undefined && !Number.isNaN(Date.parse(text));
  return { ...(known(start) && { start }), ...(known(end) && { end }) };
}
