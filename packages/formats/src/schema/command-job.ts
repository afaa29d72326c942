import { z } from 'zod';
import { aboutFields, identity, jobName } from './common.ts';
import { environmentField } from './environment.ts';
import { distributionField, environmentVariablesField, inputsField, outputsField, resourcesField, servicesField } from './job-fields.ts';

/** One command on one target: Azure ML's command job. */
export const commandJobFile = z
  .strictObject({
    ...aboutFields,
    type: z.literal('command').optional(),
    name: jobName.optional().describe('Unique in the workspace. Default: generated.'),
    display_name: z.string().optional().describe('Shown instead of the name; need not be unique.'),
    experiment_name: z.string().optional().describe('Groups jobs. Default: the name of the folder.'),
    command: z.string().min(1).describe('What runs, by bash. ${{inputs.x}} and ${{outputs.x}} stand for values and paths; $[[…]] is dropped when its optional input is absent.'),
    code: z.string().optional().describe('The folder that is copied and in which the command starts.'),
    environment: environmentField,
    environment_variables: environmentVariablesField,
    compute: z.string().optional().describe('The target: azureml:NAME or NAME. Default: the default target of the workspace.'),
    resources: resourcesField,
    distribution: distributionField,
    limits: z.strictObject({ timeout: z.int().positive().optional().describe('Seconds after which the job is cancelled.') }).optional(),
    inputs: inputsField,
    outputs: outputsField,
    services: servicesField,
    identity: identity.optional(),
    queue_settings: z
      .strictObject({ job_tier: z.enum(['spot', 'basic', 'standard', 'premium', 'null']).nullable().optional(), priority: z.enum(['low', 'medium', 'high']).optional() })
      .optional()
      .describe('Place in the queue of serverless compute.'),
    is_deterministic: z.boolean().optional(),
    parent_job_name: z.string().optional(),
  })
  .describe('A command job.');
export type CommandJobFile = z.infer<typeof commandJobFile>;
