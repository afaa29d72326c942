import type { Reason } from '@destino/core/model';

type Telling = { text: string; fix?: string };

/** Why Slurm lets a job wait, by its own words. */
const table: Readonly<Record<string, Telling>> = {
  None: { text: 'the scheduler has not looked at it yet' },
  Resources: { text: 'it is next, and waits until enough nodes, cores or memory are free' },
  Priority: { text: 'jobs of higher priority in the same partition go first' },
  Dependency: { text: 'it waits for another job' },
  BeginTime: { text: 'its earliest time to begin has not come' },
  Licenses: { text: 'it waits for a license' },
  Reservation: { text: 'it waits for its reservation to begin' },
  JobHeldUser: { text: 'it was put on hold by you', fix: 'scontrol release ID' },
  JobHeldAdmin: { text: 'it was put on hold by those who run the cluster', fix: 'ask them' },
  PartitionDown: { text: 'its partition is down', fix: 'name another partition' },
  PartitionInactive: { text: 'its partition starts no jobs now', fix: 'name another partition' },
  PartitionNodeLimit: { text: 'its partition does not give so many nodes to a job', fix: 'ask for fewer nodes, or another partition' },
  PartitionTimeLimit: { text: 'its time-out is longer than its partition allows', fix: 'give it a shorter time-out, or another partition' },
  ReqNodeNotAvail: { text: 'nodes that it needs are down, drained or reserved' },
  NodeDown: { text: 'a node that it needs is down' },
  BadConstraints: { text: 'no node has the features that it asks for', fix: 'change its constraint; see features: sinfo -o "%N %f"' },
  InvalidAccount: { text: 'its account is not valid', fix: 'name one of your accounts' },
  InvalidQOS: { text: 'its QOS is not valid', fix: 'name one that your account may use' },
  Cleaning: { text: 'an earlier run of it is being tidied up' },
  Prolog: { text: 'its nodes are being prepared' },
};

const limitOf: Readonly<Record<string, string>> = {
  Cpu: 'cores',
  CPU: 'cores',
  Gres: 'graphics processors or other devices',
  GRES: 'graphics processors or other devices',
  Mem: 'memory',
  Memory: 'memory',
  Node: 'nodes',
  Nodes: 'nodes',
  Jobs: 'jobs',
  Job: 'jobs',
  Submit: 'jobs in the queue',
  Wall: 'time',
  Billing: 'billing units',
  License: 'licenses',
};

/** `QOSMaxCpuPerUserLimit`, `AssocGrpMemLimit` and the many of their kind, told by their parts. */
function limitText(word: string): Telling | undefined {
  const parts = /^(QOS|Assoc)(Grp|Max|Min)?(Cpu|CPU|Gres|GRES|Mem|Memory|Nodes?|Jobs?|Submit|Wall|Billing|License)?/.exec(word);
  if (parts === null || !/Limit|Per|Minutes|Grp|Max|Min|Resource/.test(word)) return undefined;
  const [, whose, which = '', what] = parts;
  const place = whose === 'QOS' ? 'the QOS' : 'the account';
  const person = /PerUser/.test(word) ? ' for one user' : /PerJob/.test(word) ? ' for one job' : /PerAccount/.test(word) ? ' for one account' : '';
  const thing = what === undefined ? 'what may be used' : limitOf[what] ?? what;
  const time = /Minutes/.test(word) ? ' over time' : '';
  if (/PerJob/.test(word) || which === 'Min') return { text: `it asks for ${which === 'Min' ? 'less' : 'more'} ${thing} than ${place} allows${person}`, fix: 'change what it asks for, or use another QOS' };
  return { text: `the limit of ${thing}${person}${time} of ${place} is reached`, fix: 'wait for your other jobs, or use another QOS or account' };
}

/** Slurm's reason as ours: `QOSMaxCpuPerUserLimit` is `qos-max-cpu-per-user-limit`. The word itself stands in the text. */
export function pendingReason(said: string, id: string, expectedStart?: string): Reason {
  const word = /^\(?(\w+)/.exec(said)?.[1] ?? 'None';
  const telling = table[word] ?? limitText(word) ?? { text: 'Slurm lets it wait' };
  const begins = expectedStart === undefined ? '' : `; Slurm expects it to begin at ${expectedStart}`;
  const fix = telling.fix?.replace(' ID', ` ${id}`);
  return { code: kebab(word), text: `${telling.text} (Slurm: ${said || word})${begins}`, ...(fix !== undefined && { fix }) };
}

function kebab(word: string): string {
  return word.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2').replaceAll('_', '-').toLowerCase();
}
