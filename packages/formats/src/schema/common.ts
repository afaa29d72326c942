import { z } from 'zod';
import { readAs } from '../yaml/schema-shape.ts';

/** Text whose YAML booleans become `True`/`False`, for whatever reaches a command. */
export const literalText = z.string().register(readAs, { as: 'literal' });

/** Names to text; numbers, dates and versions keep what was written. */
export const textMap = z.record(z.string(), z.string());

export const schemaField = z.string().optional().describe('Address of the JSON Schema, for editors; its last segment names the kind of the file.');
export const tagsField = textMap.optional().describe('Free labels. Those that begin with "destino." hold options of Destino.');
export const descriptionField = z.string().optional().describe('What it is for, in Markdown.');

/** What every asset and job file may say about itself. */
export const aboutFields = {
  $schema: schemaField,
  description: descriptionField,
  tags: tagsField,
  properties: textMap.optional().describe('Further facts for tools; they change nothing.'),
};

export const jobName = z
  .string()
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}$/, 'a name is letters, digits, - and _, at most 255 characters, and begins with a letter or digit');

/** Endpoints and deployments become host names, hence the narrow rule. */
export const endpointName = z
  .string()
  .regex(/^[a-zA-Z]([-a-zA-Z0-9_]{0,30}[a-zA-Z0-9])?$/, 'a name is up to 32 letters, digits and -, begins with a letter and ends with a letter or digit');

export const computeName = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/, 'a compute name is 3 to 24 letters, digits and -, begins with a letter and does not end with -');

export const identity = z
  .strictObject({
    type: z.enum(['managed', 'managed_identity', 'user_identity', 'user', 'aml_token', 'system_assigned', 'user_assigned', 'none']),
    client_id: z.string().optional(),
    object_id: z.string().optional(),
    resource_id: z.string().optional(),
    msi_resource_id: z.string().optional(),
    user_assigned_identities: z
      .array(z.strictObject({ resource_id: z.string(), client_id: z.string().optional(), principal_id: z.string().optional() }))
      .optional(),
    principal_id: z.string().optional(),
    tenant_id: z.string().optional(),
  })
  .describe('The Azure identity that the code runs as.');
