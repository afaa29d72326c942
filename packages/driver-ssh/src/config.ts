import { connectionFields, workDirSchema } from '@destino/ssh';
import { secretReferenceSchema } from '@destino/core/model';
import { z } from 'zod';

/** What a user may say of a machine; only `host` is required, all else comes from ~/.ssh/config or is found there. */
const fields = z.strictObject({
  ...connectionFields,
  workDir: workDirSchema.optional().describe('Folder there of jobs, queue and content, shared by all workspaces of the account. Default: ~/.local/state/destino/machine.'),
  maxJobs: z.coerce.number().int().positive().optional().describe('The most jobs that run there at once. Default: as many as the cores allow.'),
  cores: z.coerce.number().positive().optional().describe('Cores that jobs may take together. Default: all.'),
  memoryBytes: z.coerce.number().int().positive().optional().describe('Memory that jobs may take together, in bytes. Default: all.'),
  gpus: z.array(z.int().nonnegative()).optional().describe('Indices of the graphics processors that jobs may take. Default: all.'),
  resourceId: z.string().min(1).optional().describe('The machine’s id in Azure, kept as it was written; Destino reaches it by host.'),
});

/** The settings of Azure ML's `type: virtualmachine`, as `az ml compute attach` reads them. */
const azureSchema = z.strictObject({
  resource_id: z.string().min(1),
  host: z.string().optional(),
  ssh_settings: z
    .strictObject({
      ssh_port: z.coerce.number().optional(),
      admin_username: z.string().optional(),
      admin_password: secretReferenceSchema.optional(),
      ssh_private_key_file: z.string().optional(),
    })
    .optional(),
});

/** Azure's words as ours; what is not Azure's form is left as it is. */
function fromAzure(written: unknown): unknown {
  const { resource_id, ssh_settings, ...others } = (typeof written === 'object' && written !== null ? written : {}) as Record<string, unknown>;
  if (resource_id === undefined && ssh_settings === undefined) return written;
  const read = azureSchema.safeParse({ resource_id, ...(ssh_settings !== undefined && { ssh_settings }) });
  if (!read.success) return written;
  const { ssh_port, admin_username, admin_password, ssh_private_key_file } = read.data.ssh_settings ?? {};
  return {
    ...others,
    resourceId: read.data.resource_id,
    ...(ssh_port !== undefined && { port: ssh_port }),
    ...(admin_username !== undefined && { user: admin_username }),
    ...(admin_password !== undefined && { password: admin_password }),
    ...(ssh_private_key_file !== undefined && { identityFile: ssh_private_key_file }),
  };
}

export const sshConfigSchema = z.preprocess(fromAzure, fields);
export type SshConfig = z.infer<typeof fields>;

/** `resources.properties.ssh` of a job. */
export const sshJobSchema = z.strictObject({});
