import { DestinoError, type ErrorCode } from '@destino/core/errors';
import type { Outcome } from './program.ts';

type Meaning = readonly [words: string, code: ErrorCode, hint: string];

const look = 'see what there is: destino target probe NAME';

/**
 * Slurm's commands end with 1 whatever went wrong; what tells errors apart is the fixed text of each error number
 * (`slurm_strerror`). This table is the only place that reads it.
 */
const meanings: readonly Meaning[] = [
  ['Invalid partition name', 'rejected', look],
  ['Invalid account or account/partition', 'rejected', 'name one of your accounts: sacctmgr show associations user=$USER'],
  ['Invalid qos', 'rejected', 'name one that your account may use: sacctmgr show associations user=$USER'],
  ['Invalid feature specification', 'rejected', 'see the features of nodes: sinfo -o "%N %f"'],
  ['Memory specification can not be satisfied', 'rejected', 'ask for less memory, or another partition'],
  ['Requested node configuration is not available', 'rejected', 'ask for less, or another partition'],
  ['More processors requested than permitted', 'rejected', 'ask for fewer cores, or more nodes'],
  ['Node count specification invalid', 'rejected', 'ask for fewer nodes, or another partition'],
  ['Requested time limit is invalid', 'rejected', 'give the job a shorter time-out, or another partition'],
  ['Invalid generic resource', 'rejected', 'see the graphics processors of nodes: sinfo -o "%N %G"'],
  ['Requested reservation is invalid', 'rejected', 'see reservations: scontrol show reservation'],
  ['Invalid license specification', 'rejected', 'see licenses: scontrol show licenses'],
  ['Job violates accounting/QOS policy', 'quota', 'see your limits: sacctmgr show qos; use another QOS or account'],
  ["group not permitted to use this partition", 'forbidden', 'name a partition that you may use'],
  ['Access/permission denied', 'forbidden', 'ask those who run the cluster'],
  ['Zero Bytes were transmitted', 'unavailable', 'try again; scontrol ping tells whether the controller answers'],
  ['Unable to contact slurm controller', 'unavailable', 'try again; scontrol ping tells whether the controller answers'],
  ['Socket timed out', 'unavailable', 'try again; scontrol ping tells whether the controller answers'],
  ['Slurm temporarily unable to accept job', 'throttled', 'try again later'],
  ['Resource temporarily unavailable', 'throttled', 'try again later'],
  ['Could not establish a configuration source', 'config-invalid', 'set config.slurmConf of the target'],
  ['No space left on device', 'unavailable', 'free space in the folder of the target, then try again: destino prune'],
  ['Disk quota exceeded', 'quota', 'free space in the folder of the target: destino prune'],
  ['Read-only file system', 'config-invalid', 'set config.folder of the target to a folder that can be written'],
  ['Permission denied (', 'unauthenticated', 'ssh must work without a question: ssh-add, or a key in sshOptions'],
  ['Host key verification failed', 'unauthenticated', 'connect once by hand, to accept the key of the login node: ssh HOST'],
  ['Permission denied', 'forbidden', 'set config.folder of the target to a folder of your own'],
  ['Could not resolve hostname', 'config-invalid', 'check config.host of the target'],
];

const sshFailed = 255;
const notFound = 127;

/** The failure of a command on the login node as ours. */
export function mapFailure(op: string, { code, stderr }: Outcome, host: string | undefined): DestinoError {
  const said = lastWords(stderr);
  const details = { exitCode: code, stderr: stderr.slice(-2000) };
  const where = host === undefined ? 'this machine' : host;
  const meaning = meanings.find(([words]) => stderr.includes(words));
  if (meaning !== undefined) return new DestinoError(meaning[1], `${where} refused ${op}: ${said}`, { hint: meaning[2], details });
  if (code === sshFailed && host !== undefined) return new DestinoError('unavailable', `${host} cannot be reached: ${said}`, { hint: `try: ssh ${host} true`, details });
  if (code === notFound) return new DestinoError('config-invalid', `${where} has no Slurm commands: ${said}`, { hint: 'set config.binFolder, or config.host to a login node', details });
  if (op === 'sbatch') return new DestinoError('rejected', `Slurm refused the job: ${said}`, { hint: 'change what the message names; sbatch takes the same options by hand', details });
  return new DestinoError('unavailable', `${op} failed on ${where} (code ${code}): ${said}`, { hint: 'try again; scontrol ping tells whether the controller answers', details });
}

function lastWords(stderr: string): string {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return line.replace(/^\w+: error: /, '') || 'it said nothing';
}
