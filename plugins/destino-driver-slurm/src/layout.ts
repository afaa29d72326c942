import { posix } from 'node:path';
import { quoteShell } from '@destino/helper';

/** The folders below `config.folder`; all paths are those of the cluster. */
export function jobFolder(root: string, key: string): string {
  return posix.join(root, 'jobs', key);
}

export type JobPlaces = {
  folder: string;
  /** The copy of the code, where the command starts. */
  work: string;
  inputs: string;
  named: string;
  metrics: string;
  secrets: string;
  command: string;
};

export function jobPlaces(root: string, key: string): JobPlaces {
  const folder = jobFolder(root, key);
  const below = (name: string): string => posix.join(folder, name);
  return { folder, work: below('work'), inputs: below('inputs'), named: below('named'), metrics: below('metrics'), secrets: below('secrets'), command: below('command.sh') };
}

/** Content by hash, sent once for all jobs. */
export function snapshotFolder(root: string, hash: string): string {
  return posix.join(root, 'snapshots', hash.replaceAll(/[^A-Za-z0-9]/g, '-'));
}

export function helperPath(root: string, hash: string): string {
  return posix.join(root, `helper-${hash.slice(0, 16)}.sh`);
}

/** The name of a rank's output file of the helper, below the job's folder. */
export function rankRoot(folder: string, rank: number): string {
  return posix.join(folder, 'ranks', String(rank));
}

/** Shell functions that scripts share: all that Slurm and the folder know of a key. */
export const lookUp = [
  // ids KEY: Slurm's numbers of the jobs under a key, waiting, running, or ended a short while ago.
  'ids() { squeue -h -u "$me" -t all -o "%A %k" | awk -v key="$1" \'$2 == "destino" && $3 == key { print $1 }\'; }',
  // known KEY: sets id to the number that stands for the key: who holds the claim, else who was first. Fails when Slurm does.
  'known() {',
  '  job=$root/jobs/$1 id=',
  '  if [ -L "$job/claim" ]; then id=$(readlink "$job/claim"); return 0; fi',
  '  if [ -s "$job/jobid" ]; then read -r id <"$job/jobid"; return 0; fi',
  '  list=$(ids "$1") || return 1',
  '  id=${list%%[!0-9]*}',
  '}',
  '',
].join('\n');

/** `name='word'`, for the head of a script. */
export function assign(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values).map(([name, value]) => `${name}=${value === '' ? "''" : quoteShell(String(value))}\n`).join('');
}
