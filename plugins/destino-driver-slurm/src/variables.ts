import { posix } from 'node:path';
import type { JobSpec, Owner } from '@destino/core/model';
import { quoteShell } from '@destino/helper';
import type { JobPlaces } from './layout.ts';

/** Frameworks look for their first process here: a port from the job's number, so that two jobs of a node differ. */
const firstPort = 20_000;
const ports = 20_000;

export function jobVariables(job: JobSpec, owner: Owner, places: JobPlaces, around: { checkpoint: string; input(name: string): string; output(name: string): string }): Record<string, string> {
  const data = Object.entries(job.inputs).filter(([, input]) => input.type !== 'literal');
  return {
    AZUREML_RUN_ID: job.name,
    AZUREML_ROOT_RUN_ID: job.name,
    AZUREML_EXPERIMENT_NAME: job.tags['experiment_name'] ?? 'Default',
    AZUREML_ARM_WORKSPACE_NAME: owner.workspace,
    AZUREML_NODE_COUNT: String(job.resources.nodes),
    AZUREML_PARAMETER_ITEM_COUNT: String(Object.keys(job.inputs).length),
    DESTINO_CHECKPOINT_DIR: around.checkpoint,
    DESTINO_METRICS_FILE: posix.join(places.metrics, 'metrics.jsonl'),
    ...Object.fromEntries(data.map(([name]) => [`AZURE_ML_INPUT_${name}`, around.input(name)])),
    ...Object.fromEntries(Object.keys(job.outputs).map((name) => [`AZURE_ML_OUTPUT_${name}`, around.output(name)])),
    ...job.variables,
  };
}

/** Shell lines that tell each process its place among the others, in the words of torch and of MPI. */
export function rankLines({ resources: { nodes, processesPerNode }, distribution }: JobSpec): string {
  const lines = [
    'export NODE_RANK="${SLURM_NODEID:-0}" RANK="${SLURM_PROCID:-0}" LOCAL_RANK="${SLURM_LOCALID:-0}"',
    `export WORLD_SIZE=${nodes * processesPerNode} LOCAL_WORLD_SIZE=${processesPerNode}`,
    `export MASTER_ADDR="\${DESTINO_SLURM_FIRST:-127.0.0.1}" MASTER_PORT="$((${firstPort} + \${SLURM_JOB_ID:-0} % ${ports}))"`,
  ];
  if (distribution?.type === 'mpi') {
    lines.push('export OMPI_COMM_WORLD_RANK="$RANK" OMPI_COMM_WORLD_LOCAL_RANK="$LOCAL_RANK" OMPI_COMM_WORLD_SIZE="$WORLD_SIZE" OMPI_COMM_WORLD_LOCAL_SIZE="$LOCAL_WORLD_SIZE"');
  }
  return `${lines.join('\n')}\n`;
}

/** Assignments of secrets, for a file that the job's own process reads. */
export function secretLines(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => `export ${name}=${value === '' ? "''" : quoteShell(value)}\n`).join('');
}
