import { z } from 'zod';
import { aboutFields } from './common.ts';

const assetFields = {
  ...aboutFields,
  name: z.string().min(1).optional().describe('Its name; may come from --name.'),
  version: z.string().optional().describe('Text as written: 01 and 1.10 stay what they are. Default: generated.'),
};

const modelContent = {
  path: z.string().optional().describe('A file or folder (from the folder of this file), azureml://…, runs:/… or a URL.'),
  type: z.enum(['custom_model', 'mlflow_model', 'triton_model']).optional().describe('Default: custom_model.'),
  flavors: z.json().optional(),
  stage: z.string().optional(),
};

export const modelFile = z.strictObject({ ...assetFields, ...modelContent }).describe('A model: a named, versioned set of files.');
export type ModelFile = z.infer<typeof modelFile>;

/** `model:` of a deployment. */
export const modelField = z
  .union([z.string().min(1), z.strictObject({ ...assetFields, ...modelContent })])
  .describe('A registered model (azureml:NAME:VERSION), a file (file:model.yml), or its content.');

export const dataFile = z
  .strictObject({
    ...assetFields,
    path: z.string().optional().describe('A file or folder, or a URI; may come from --input.'),
    type: z.enum(['uri_file', 'uri_folder', 'mltable']).optional().describe('Default: uri_folder.'),
    auto_delete_setting: z.json().optional(),
  })
  .describe('A data asset.');
export type DataFile = z.infer<typeof dataFile>;
