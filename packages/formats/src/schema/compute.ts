import { z } from 'zod';
import { aboutFields, computeName, identity } from './common.ts';

const about = { $schema: aboutFields.$schema, description: aboutFields.description, tags: aboutFields.tags, name: computeName.optional().describe('Its name; may come from --name.') };

const sshAccount = z.strictObject({
  admin_username: z.string().optional(),
  admin_password: z.string().optional().describe('Better a secret: ${{secrets.NAME}}.'),
  ssh_key_value: z.string().optional().describe('The public key.'),
  ssh_private_key_file: z.string().optional(),
  ssh_port: z.string().optional(),
});
const network = z.strictObject({ vnet_name: z.string().optional(), subnet: z.string().optional() });

const managed = {
  ...about,
  size: z.string().optional().describe('The VM size. Default: Standard_DS3_v2.'),
  location: z.string().optional(),
  ssh_public_access_enabled: z.boolean().optional(),
  ssh_settings: sshAccount.optional(),
  network_settings: network.optional(),
  enable_node_public_ip: z.boolean().optional().describe('Default: true.'),
  identity: identity.optional(),
};

export const amlComputeFile = z
  .strictObject({
    ...managed,
    type: z.literal('amlcompute'),
    tier: z.enum(['dedicated', 'low_priority', 'lowpriority']).optional().describe('Default: dedicated.'),
    min_instances: z.int().nonnegative().optional().describe('Nodes that are always kept, and paid. Default: 0.'),
    max_instances: z.int().nonnegative().optional().describe('Default: 1.'),
    idle_time_before_scale_down: z.int().nonnegative().optional().describe('Seconds. Default: 120.'),
  })
  .describe('A managed cluster that scales by itself.');
export type AmlComputeFile = z.infer<typeof amlComputeFile>;

const trigger = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('cron'), expression: z.string(), start_time: z.string().optional(), time_zone: z.string().optional() }),
  z.strictObject({
    type: z.literal('recurrence'),
    frequency: z.enum(['minute', 'hour', 'day', 'week', 'month']),
    interval: z.int().positive().optional(),
    start_time: z.string().optional(),
    time_zone: z.string().optional(),
    schedule: z
      .strictObject({ week_days: listOrOne(z.string()), hours: listOrOne(z.int()), minutes: listOrOne(z.int()), month_days: listOrOne(z.int()) })
      .optional(),
  }),
]);

function listOrOne<T extends z.ZodType>(item: T): z.ZodOptional<z.ZodUnion<readonly [T, z.ZodArray<T>]>> {
  return z.union([item, z.array(item)]).optional();
}

const script = z.strictObject({ path: z.string().optional(), source: z.string().optional(), command: z.string().optional(), arguments: z.string().optional(), timeout_minutes: z.string().optional() });

export const computeInstanceFile = z
  .strictObject({
    ...managed,
    type: z.literal('computeinstance'),
    create_on_behalf_of: z.strictObject({ user_tenant_id: z.string(), user_object_id: z.string() }).optional(),
    schedules: z
      .strictObject({
        compute_start_stop: z.array(z.strictObject({ action: z.enum(['start', 'stop']), state: z.enum(['enabled', 'disabled']).optional(), trigger })).optional(),
      })
      .optional(),
    idle_time_before_shutdown: z.string().optional().describe('ISO duration, PT15M to P3D. Default: the policy of the workspace.'),
    idle_time_before_shutdown_minutes: z.int().positive().optional(),
    setup_scripts: z.strictObject({ creation_script: script.optional(), startup_script: script.optional() }).optional(),
    custom_applications: z.array(z.json()).optional(),
    enable_sso: z.boolean().optional(),
    enable_root_access: z.boolean().optional(),
    enable_os_patching: z.boolean().optional(),
    release_quota_on_stop: z.boolean().optional(),
  })
  .describe('A managed workstation.');
export type ComputeInstanceFile = z.infer<typeof computeInstanceFile>;

export const virtualMachineFile = z
  .strictObject({ ...about, type: z.literal('virtualmachine'), resource_id: z.string(), location: z.string().optional(), ssh_settings: sshAccount.optional() })
  .describe('A machine that exists already, reached by SSH.');
export type VirtualMachineFile = z.infer<typeof virtualMachineFile>;

export const kubernetesFile = z
  .strictObject({
    ...about,
    type: z.literal('kubernetes'),
    resource_id: z.string(),
    namespace: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'a namespace is up to 63 small letters, digits and -').optional().describe('Must exist. Default: default.'),
    location: z.string().optional(),
    identity: identity.optional(),
  })
  .describe('A Kubernetes cluster that exists already.');
export type KubernetesFile = z.infer<typeof kubernetesFile>;

/** A target of any driver. What `config` holds is that driver's affair. */
export const driverTargetFile = z
  .strictObject({
    $schema: aboutFields.$schema,
    name: z.string().min(1).optional().describe('Its name; may come from --name.'),
    kind: z.string().min(1).describe('The driver’s kind: local, ssh, amlcompute, aci, aks, iot-edge, compute-instance, or a plugin’s.'),
    config: z.record(z.string(), z.json()).optional().describe('What the driver asks for: destino schema target --kind KIND.'),
    description: aboutFields.description,
    tags: aboutFields.tags,
    auto_start: z.boolean().optional().describe('A stopped target is started for a job. Default: false.'),
    unreachable_after: z.string().optional(),
    policy: z.record(z.string(), z.json()).optional(),
  })
  .describe('A compute target of any driver.');
export type DriverTargetFile = z.infer<typeof driverTargetFile>;
