import type { CommandJob } from './job-properties.ts';
import type { JobProcess } from './job-state.ts';

/** The processes of a job: as many as its distribution starts on each node. */
export function processesOf({ instances, distribution }: CommandJob): JobProcess[] {
  const perInstance = /pytorch|mpi/i.test(distribution.type) ? distribution.perInstance : 1;
  return Array.from({ length: instances * perInstance }, (_, rank) => ({ rank, localRank: rank % perInstance, node: Math.floor(rank / perInstance) }));
}

/** What each framework reads to find the others. All nodes are this machine. */
export function rankVariables({ distribution, instances }: CommandJob, all: readonly JobProcess[], { rank, localRank, node }: JobProcess, port: number): Record<string, string> {
  const shared = { AZ_BATCHAI_TASK_INDEX: String(node), NODE_RANK: String(node) };
  if (/pytorch/i.test(distribution.type)) return { ...shared, MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(port), WORLD_SIZE: String(all.length), RANK: String(rank), LOCAL_RANK: String(localRank) };
  if (/mpi/i.test(distribution.type)) {
    const local = all.length / instances;
    return { ...shared, OMPI_COMM_WORLD_SIZE: String(all.length), OMPI_COMM_WORLD_RANK: String(rank), OMPI_COMM_WORLD_LOCAL_RANK: String(localRank), OMPI_COMM_WORLD_LOCAL_SIZE: String(local) };
  }
  if (/tensorflow/i.test(distribution.type)) {
    const worker = all.map((each) => `127.0.0.1:${port + each.rank}`);
    return { ...shared, TF_CONFIG: JSON.stringify({ cluster: { worker }, task: { type: 'worker', index: rank } }) };
  }
  return shared;
}
