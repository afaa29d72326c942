import { z } from 'zod';
import { cloudSchema, signInSchema } from '@destino/azure';
import { secretReferenceSchema } from '@destino/core/model';

const registrySchema = z.strictObject({ server: z.string(), username: z.string(), password: secretReferenceSchema });

/** What a user writes under `config:` of a target of the kind `aci`. */
export const aciConfigSchema = z.strictObject({
  subscription_id: z.string().min(1).describe('the subscription that pays'),
  resource_group: z.string().min(1).describe('an existing resource group; everything is made in it'),
  location: z.string().min(1).describe('the region'),
  locations: z.array(z.string()).default([]).describe('further regions, tried in this order when the first has no capacity'),
  cloud: cloudSchema.default('public').describe('public, government, china, or the addresses of another'),
  sign_in: signInSchema.prefault({}).describe('a service principal; without it, what this machine is signed in with'),
  image: z.string().default('python:3.12').describe('for jobs that name none; it needs sh, and curl or python3'),
  cpu: z.number().positive().max(4).default(1).describe('cores of jobs that do not say'),
  memory_gb: z.number().positive().max(16).default(1.5).describe('memory of jobs that do not say, in GB'),
  spot: z.boolean().default(false).describe('cheaper, and may be taken away at any time'),
  push_seconds: z.int().positive().default(2).describe('between two pushes of a log to the storage'),
  registries: z.array(registrySchema).default([]).describe('sign-in for private images'),
});
export type AciConfig = z.infer<typeof aciConfigSchema>;
