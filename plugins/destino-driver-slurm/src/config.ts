import { z } from 'zod';

const absolute = z.string().regex(/^\/[^\0\n]*$/, 'must be an absolute path');
/** What goes into one option of sbatch. It never starts with a dash, so that it cannot be another option. */
const word = z.string().regex(/^[^-\0\n][^\0\n]*$/, 'must not be empty, nor begin with a dash');

/** Defaults of every job of the target, and what one job may say in `resources.properties.slurm`. */
const jobFields = {
  partition: word.optional().describe('Partition, or several with commas between. Default: the cluster’s own.'),
  account: word.optional().describe('Account that is charged. Default: yours.'),
  qos: word.optional().describe('Quality of service. Default: that of your account.'),
  constraint: word.optional().describe('Features that nodes must have, as `a100&nvlink`.'),
  reservation: word.optional().describe('Reservation to take nodes from.'),
  setup: z.string().optional().describe('Shell lines before the command on each node, as `. /etc/profile.d/modules.sh; module load python`.'),
};

/** What a user says of a cluster. */
export const slurmConfigSchema = z.strictObject({
  folder: absolute.describe('A folder of yours that the login node and all nodes share: jobs, code and logs lie there.'),
  host: word.optional().describe('Login node, as ssh takes it (`me@login.example.org`, or a name of your ssh config). Default: this machine is one.'),
  sshOptions: z.array(z.string()).default([]).describe('Further words for ssh, as `["-p", "2222"]`.'),
  slurmConf: absolute.optional().describe('Path of slurm.conf, where Slurm’s commands do not find it by themselves.'),
  binFolder: absolute.optional().describe('Folder of Slurm’s commands, where it is not on the PATH.'),
  ...jobFields,
});
export type SlurmConfig = z.infer<typeof slurmConfigSchema>;

/** `resources.properties.slurm` of a job. */
export const slurmJobSchema = z.strictObject({
  ...jobFields,
  exclude: word.optional().describe('Nodes not to use, as Slurm writes lists of them.'),
  exclusive: z.boolean().optional().describe('Nodes that no other job uses.'),
  licenses: word.optional().describe('Licenses to hold, as `matlab:1`.'),
  nice: z.int().nonnegative().optional().describe('How far to stand back in the queue.'),
  coresPerProcess: z.int().positive().optional().describe('Cores of each process. Default: the job’s cores, shared out.'),
});
export type SlurmJob = z.infer<typeof slurmJobSchema>;
