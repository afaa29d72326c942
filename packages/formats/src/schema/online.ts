import { z } from 'zod';
import { modelField } from './asset.ts';
import { aboutFields, endpointName, identity } from './common.ts';
import { environmentField } from './environment.ts';
import { environmentVariablesField } from './job-fields.ts';

const percent = z.int().min(0).max(100);

export const onlineEndpointFile = z
  .strictObject({
    ...aboutFields,
    type: z.enum(['managed', 'kubernetes']).optional(),
    name: endpointName.optional().describe('Its name; may come from --endpoint.'),
    auth_mode: z.enum(['key', 'aml_token', 'aad_token']).optional().describe('Default: key.'),
    compute: z.string().optional().describe('The Kubernetes target.'),
    identity: identity.optional(),
    traffic: z.record(z.string(), percent).optional().describe('Percent of the requests by deployment; the sum is 0 or 100.'),
    mirror_traffic: z.record(z.string(), percent).optional().describe('Percent of the requests that a deployment gets a copy of.'),
    public_network_access: z.enum(['enabled', 'disabled']).optional().describe('Default: enabled.'),
  })
  .refine((file) => file.traffic === undefined || [0, 100].includes(sum(file.traffic)), { path: ['traffic'], error: 'the percentages must add up to 0 or 100' })
  .describe('An online endpoint: a stable URL.');
export type OnlineEndpointFile = z.infer<typeof onlineEndpointFile>;

function sum(traffic: Record<string, number>): number {
  return Object.values(traffic).reduce((total, each) => total + each, 0);
}

const probe = z.strictObject({
  initial_delay: z.int().nonnegative().optional().describe('Seconds before the first look. Default: 10.'),
  period: z.int().positive().optional().describe('Seconds between looks. Default: 10.'),
  timeout: z.int().positive().optional().describe('Seconds a look may take. Default: 2.'),
  success_threshold: z.int().positive().optional().describe('Default: 1.'),
  failure_threshold: z.int().positive().optional().describe('Default: 30.'),
  path: z.string().optional(),
  port: z.int().positive().optional(),
  scheme: z.string().optional(),
  method: z.string().optional(),
});

const amounts = z.strictObject({ cpu: z.string().optional(), memory: z.string().optional(), gpu: z.string().optional(), 'nvidia.com/gpu': z.string().optional() });

const scaleSettings = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('default'), min_instances: z.int().optional(), max_instances: z.int().optional() }),
    z.strictObject({
      type: z.literal('target_utilization'),
      min_instances: z.int().nonnegative().optional().describe('Default: 1.'),
      max_instances: z.int().positive().optional().describe('Default: 1.'),
      polling_interval: z.int().positive().optional().describe('Seconds. Default: 1.'),
      target_utilization_percentage: percent.optional().describe('Default: 70.'),
    }),
  ])
  .describe('How many copies there are.');

export const onlineDeploymentFile = z
  .strictObject({
    ...aboutFields,
    type: z.enum(['managed', 'kubernetes']).optional(),
    name: endpointName.optional().describe('Its name below the endpoint; may come from --name.'),
    endpoint_name: endpointName.optional().describe('The endpoint it belongs to; may come from --endpoint.'),
    model: modelField.optional(),
    model_mount_path: z.string().optional().describe('Where the container sees the model.'),
    code_configuration: z
      .strictObject({ code: z.string().describe('The folder of the entry script.'), scoring_script: z.string().describe('The entry script, relative to code.') })
      .optional(),
    environment: environmentField.optional(),
    environment_variables: environmentVariablesField,
    instance_type: z.string().optional().describe('A VM size, a named type of the target, or cpu=2,memory=4Gi.'),
    instance_count: z.int().positive().optional().describe('Copies. Default: 1.'),
    scale_settings: scaleSettings.optional(),
    request_settings: z
      .strictObject({
        request_timeout_ms: z.int().positive().optional().describe('Default: 5000.'),
        max_concurrent_requests_per_instance: z.int().positive().optional().describe('Default: 1.'),
        max_queue_wait_ms: z.int().nonnegative().optional().describe('Default: 500.'),
      })
      .optional(),
    liveness_probe: probe.optional(),
    readiness_probe: probe.optional(),
    startup_probe: probe.optional(),
    resources: z.strictObject({ requests: amounts.optional(), limits: amounts.optional() }).optional(),
    app_insights_enabled: z.boolean().optional(),
    egress_public_network_access: z.enum(['enabled', 'disabled']).optional(),
    data_collector: z.json().optional(),
  })
  .describe('An online deployment: a model, its code and environment behind an endpoint.');
export type OnlineDeploymentFile = z.infer<typeof onlineDeploymentFile>;
