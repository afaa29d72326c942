import { dataTypes } from '@destino/core/model';
import { z } from 'zod';
import { literalText, textMap } from './common.ts';

export const inputModes = ['ro_mount', 'rw_mount', 'download', 'direct', 'eval_mount', 'eval_download'] as const;
export const outputModes = ['rw_mount', 'upload', 'direct'] as const;

const typedInput = z.strictObject({
  type: z.enum([...dataTypes, 'string', 'number', 'integer', 'boolean']).optional().describe('Default: uri_folder.'),
  path: z.string().optional().describe('A local path (from the folder of this file), https, wasbs, abfss, azureml:NAME:VERSION or azureml://…; may come from --input.'),
  mode: z.enum(inputModes).optional().describe('How the data reaches the job. Default: ro_mount.'),
  value: literalText.optional().describe('The value of an input whose type is no data.'),
  description: z.string().optional(),
  datastore: z.string().optional(),
  path_on_compute: z.string().optional().describe('A fixed place on the machine, instead of one that is chosen.'),
});

/** An input of a job: text, number or boolean as written, or data. */
export const inputField = z.union([literalText, typedInput]);
export const inputsField = z.record(z.string(), inputField).optional().describe('Parameters and data, named in the command as ${{inputs.NAME}}.');

/** Nothing at all is the default output: a folder, written through. */
export const outputField = z
  .strictObject({
    type: z.enum(dataTypes).optional().describe('Default: uri_folder.'),
    mode: z.enum(outputModes).optional().describe('Default: rw_mount.'),
    path: z.string().optional().describe('Where it is kept, instead of the job’s own folder.'),
    name: z.string().optional().describe('Registers the output as an asset of this name.'),
    version: z.string().optional(),
    description: z.string().optional(),
    path_on_compute: z.string().optional(),
  })
  .nullable();
export const outputsField = z.record(z.string(), outputField).optional().describe('Folders and files that are kept, named in the command as ${{outputs.NAME}}.');

export const distributionField = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('pytorch'), process_count_per_instance: z.int().positive().optional().describe('Default: 1.') }),
    z.strictObject({ type: z.literal('mpi'), process_count_per_instance: z.int().positive().optional().describe('Default: 1.') }),
    z.strictObject({
      type: z.literal('tensorflow'),
      worker_count: z.int().positive().optional().describe('Default: one on each node.'),
      parameter_server_count: z.int().nonnegative().optional().describe('Default: 0.'),
    }),
    z.strictObject({
      type: z.literal('ray'),
      port: z.int().optional(),
      address: z.string().optional(),
      include_dashboard: z.boolean().optional(),
      dashboard_port: z.int().optional(),
      head_node_additional_args: z.string().optional(),
      worker_node_additional_args: z.string().optional(),
    }),
  ])
  .optional()
  .describe('How processes on several nodes find each other.');

export const resourcesField = z
  .strictObject({
    instance_count: z.int().positive().optional().describe('Nodes. Default: 1.'),
    instance_type: z.string().optional().describe('A VM size, a named type of the target, or cpu=4,memory=16Gi,gpu=1:A100.'),
    shm_size: z.string().optional().describe('Shared memory: a number with b, k, m or g. Default: 2g.'),
    docker_args: z.string().optional().describe('Further options of docker run.'),
    properties: z.record(z.string(), z.json()).optional().describe('A driver’s own options, below its kind.'),
    locations: z.array(z.string()).optional(),
    max_instance_count: z.int().positive().optional(),
  })
  .optional();

export const servicesField = z
  .record(
    z.string(),
    z.strictObject({
      type: z.enum(['vs_code', 'jupyter_lab', 'tensor_board', 'ssh', 'custom']).optional(),
      job_service_type: z.string().optional(),
      nodes: z.string().optional().describe('"all", or the head node when left out.'),
      log_dir: z.string().optional(),
      ssh_public_keys: z.string().optional(),
      port: z.int().min(1).max(65_535).optional(),
      properties: textMap.optional(),
      endpoint: z.string().optional(),
      status: z.string().optional(),
    }),
  )
  .optional()
  .describe('Interactive programs beside the job.');

export const environmentVariablesField = textMap.optional().describe('Set for the command; ${{secrets.NAME}} as a whole value stands for a secret of the workspace.');
