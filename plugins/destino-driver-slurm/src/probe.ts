import type { CallOptions, Nodes } from '@destino/core/driver';
import { isDestinoError } from '@destino/core/errors';
import type { Json, Reason, TargetProbe } from '@destino/core/model';
import type { Shell } from './shell.ts';

const script = `echo "version $(sbatch --version)" || exit 1
sinfo -h -o 'partition %R|%a|%l|%D|%C|%G' || exit 1
if sacct -n -X -S now >/dev/null 2>&1; then echo accounts; fi
mkdir -p "$root" && [ -w "$root" ] && echo writable
df -Pk "$root" | awk 'NR == 2 { print "free " $4 }'
`;

/** What the login node tells of the cluster. */
export async function probeCluster(shell: Shell, options: CallOptions): Promise<TargetProbe> {
  try {
    return parseProbe((await shell.run({ op: 'probe' }, script, options)).toString('utf8'));
  } catch (error) {
    if (!isDestinoError(error) || error.code === 'aborted') throw error;
    const text = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
    return { health: error.code === 'unavailable' || error.code === 'config-invalid' ? 'undetected' : 'unhealthy', text, attributes: {}, missing: {} };
  }
}

export function parseProbe(text: string): TargetProbe {
  const lines = text.split('\n');
  const value = (name: string): string | undefined => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
  const partitions = lines.filter((line) => line.startsWith('partition ')).map((line) => partitionOf(line.slice('partition '.length)));
  const missing: Record<string, Reason> = {};
  if (!partitions.some(({ gres }) => gres.includes('gpu'))) missing['jobs.gpu'] = { code: 'no-gpu', text: 'no partition tells of graphics processors (GRES)' };
  const accounting = lines.includes('accounts');
  const attributes: Record<string, Json> = { slurm: value('version')?.replace(/^slurm\S* /, '') ?? null, partitions, accounting, folderFreeBytes: Number(value('free') ?? 0) * 1024 };
  const up = partitions.filter(({ available }) => available === 'up');
  const words = `${attributes['slurm'] === null ? 'Slurm' : `Slurm ${String(attributes['slurm'])}`}; ${up.length} partitions: ${up.map(({ name, nodes }) => `${name} (${nodes} nodes)`).join(', ')}`;
  if (!lines.includes('writable')) return { health: 'unhealthy', text: 'config.folder cannot be written on the login node', attributes, missing };
  return { health: up.length > 0 ? 'healthy' : 'unhealthy', text: accounting ? words : `${words}; no accounting: the end of old jobs is known from their folders only`, attributes, missing };
}

type Partition = { name: string; available: string; timeLimit: string; nodes: number; coresTotal: number; coresIdle: number; gres: string };

/** `%R|%a|%l|%D|%C|%G`, `%C` being cores allocated/idle/other/total. */
function partitionOf(text: string): Partition {
  const [name = '', available = '', timeLimit = '', nodes, cores = '', gres = ''] = text.split('|');
  const [, idle, , total] = cores.split('/').map(Number);
  return { name, available, timeLimit, nodes: Number(nodes), coresTotal: total ?? 0, coresIdle: idle ?? 0, gres };
}

export function clusterNodes(shell: Shell): Nodes {
  return {
    list: async function* (_handle, options = {}) {
      const text = (await shell.run({ op: 'nodes.list' }, "sinfo -h -N -o '%N|%T|%c|%m|%G|%f'", options)).toString('utf8');
      const seen = new Set<string>();
      for (const line of text.split('\n')) {
        const [id = '', rawState = '', cores, memory, gres = '', features = ''] = line.split('|');
        if (id === '' || seen.has(id)) continue;
        seen.add(id); // a node stands once for each of its partitions
        yield { id, state: rawState.replace(/[*~#!%$@^-]+$/, ''), rawState, attributes: { cores: Number(cores), memoryMebibytes: Number(memory), gres, features } };
      }
    },
  };
}
