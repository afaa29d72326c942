import { dataTypes } from '@destino/core/model';
import { z } from 'zod';
import { aboutFields, literalText } from './common.ts';
import { environmentField } from './environment.ts';
import { distributionField, environmentVariablesField, inputModes, outputModes, resourcesField } from './job-fields.ts';

/** `default` and `enum` are text as written: official files give a text input the default True and the enum 'True'. */
const declaredInput = z.strictObject({
  type: z.enum([...dataTypes, 'path', 'string', 'number', 'integer', 'boolean']),
  description: z.string().optional(),
  optional: z.boolean().optional().describe('May be left out; then $[[…]] around it is dropped.'),
  default: literalText.optional(),
  min: literalText.optional(),
  max: literalText.optional(),
  enum: z.array(literalText).optional(),
  mode: z.enum(inputModes).optional(),
  datastore: z.string().optional(),
});

const declaredOutput = z
  .strictObject({
    type: z.enum([...dataTypes, 'path', 'string', 'number', 'integer', 'boolean']).optional(),
    description: z.string().optional(),
    mode: z.enum(outputModes).optional(),
    early_available: z.boolean().optional(),
  })
  .nullable();

/** A command with declared inputs and outputs, for use in pipelines and sweeps. */
export const commandComponentFile = z
  .strictObject({
    ...aboutFields,
    type: z.literal('command').optional(),
    name: z.string().min(1).optional().describe('Letters, digits, _; may come from --name.'),
    version: z.string().optional().describe('Text as written. Default: generated.'),
    display_name: z.string().optional(),
    command: z.string().min(1),
    code: z.string().optional(),
    additional_includes: z.array(z.string()).optional().describe('Files and folders that are copied beside the code.'),
    environment: environmentField,
    environment_variables: environmentVariablesField,
    resources: resourcesField,
    distribution: distributionField,
    inputs: z.record(z.string(), declaredInput).optional(),
    outputs: z.record(z.string(), declaredOutput).optional(),
    is_deterministic: z.boolean().optional().describe('The same inputs give the same outputs. Default: true.'),
  })
  .describe('A command component.');
export type CommandComponentFile = z.infer<typeof commandComponentFile>;
