import type { Owner, JobSpec } from '@destino/core/model';

export type VariablePlaces = { checkpoint: string; metrics: string; input(name: string): string; output(name: string): string; path: string };

/**
 * The whole environment of a job: what Azure's training scripts look for, the submitter's base list, the places of
 * data, the job's own variables last.
 */
export function jobVariables(job: JobSpec, owner: Owner, places: VariablePlaces): Record<string, string> {
  const data = Object.entries(job.inputs).filter(([, input]) => input.type !== 'literal');
  return {
    ...azureVariables(job, owner),
    ...rankVariables(job),
    ...job.baseVariables,
    PATH: places.path,
    DESTINO_CHECKPOINT_DIR: places.checkpoint,
    DESTINO_METRICS_FILE: places.metrics,
    ...Object.fromEntries(data.map(([name]) => [`AZURE_ML_INPUT_${name}`, places.input(name)])),
    ...Object.fromEntries(Object.keys(job.outputs).map((name) => [`AZURE_ML_OUTPUT_${name}`, places.output(name)])),
    ...job.variables,
    ...(job.variables['PATH'] === undefined && { PATH: places.path }),
  };
}

function azureVariables(job: JobSpec, owner: Owner): Record<string, string> {
  return {
    AZUREML_RUN_ID: job.name,
    AZUREML_ROOT_RUN_ID: job.name,
    AZUREML_EXPERIMENT_NAME: job.tags['experiment_name'] ?? 'Default',
    AZUREML_ARM_WORKSPACE_NAME: owner.workspace,
    AZUREML_NODE_COUNT: '1',
    AZUREML_PARAMETER_ITEM_COUNT: String(Object.keys(job.inputs).length),
  };
}

/** One process on one node, told in each framework's own words. */
function rankVariables({ distribution }: JobSpec): Record<string, string> {
  switch (distribution?.type) {
    case undefined:
    case 'ray':
      return {};
    case 'pytorch':
      return { MASTER_ADDR: '127.0.0.1', MASTER_PORT: '6105', WORLD_SIZE: '1', RANK: '0', LOCAL_RANK: '0', NODE_RANK: '0' };
    case 'mpi':
      return { OMPI_COMM_WORLD_SIZE: '1', OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_LOCAL_RANK: '0', OMPI_COMM_WORLD_LOCAL_SIZE: '1' };
    case 'tensorflow':
      return { TF_CONFIG: JSON.stringify({ cluster: { worker: ['127.0.0.1:6105'] }, task: { type: 'worker', index: 0 } }) };
    default:
      return distribution satisfies never;
  }
}
