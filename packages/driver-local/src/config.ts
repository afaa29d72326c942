import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** What a user may say of this machine; nothing is required. */
export const localConfigSchema = z.strictObject({
  machineDir: z
    .string()
    .refine(isAbsolute, 'must be an absolute path')
    .optional()
    .describe('Folder of jobs and queue, shared by all workspaces of this account. Default: the account’s state folder.'),
  cores: z.number().positive().optional().describe('Cores that jobs may take together. Default: all.'),
  memoryBytes: z.int().positive().optional().describe('Memory that jobs may take together, in bytes. Default: all.'),
  gpus: z.array(z.int().nonnegative()).optional().describe('Indices of the graphics processors that jobs may take. Default: all.'),
  dockerHost: z.string().min(1).optional().describe('Address of the docker engine, as DOCKER_HOST. Default: docker’s own.'),
});
export type LocalConfig = z.infer<typeof localConfigSchema>;

/** `resources.properties.local` of a job. */
export const localJobSchema = z.strictObject({});
