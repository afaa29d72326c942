import { z } from 'zod';
import { secretReferenceSchema } from './secret.ts';

export const dataTypes = ['uri_file', 'uri_folder', 'mltable', 'custom_model', 'mlflow_model', 'triton_model'] as const;

/** Where a data input comes from: content of the workspace (a snapshot manifest), a URI, or a path of this machine. */
export const inputSourceSchema = z.discriminatedUnion('from', [
  z.object({ from: z.literal('snapshot'), hash: z.string() }),
  z.object({ from: z.literal('uri'), uri: z.string(), auth: secretReferenceSchema.optional() }),
  z.object({ from: z.literal('path'), path: z.string() }),
  z.object({ from: z.literal('job'), job: z.string(), output: z.string() }),
]);
export type InputSource = z.infer<typeof inputSourceSchema>;

/** Literals stand in the command already; they are kept for what lists a job's parameters. */
export const inputSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('literal'), value: z.string() }),
  z.object({
    type: z.enum(dataTypes),
    mode: z.enum(['download', 'ro_mount', 'rw_mount', 'direct', 'eval_download', 'eval_mount']),
    source: inputSourceSchema,
  }),
]);
export type Input = z.infer<typeof inputSchema>;

export const outputSchema = z.object({
  type: z.enum(dataTypes),
  mode: z.enum(['upload', 'rw_mount', 'direct']),
  uri: z.string().optional(),
});
export type Output = z.infer<typeof outputSchema>;

/** One file that a job left, and where it is kept: on the target, or already in the workspace's content. */
export const outputFileSchema = z.object({
  output: z.string(),
  path: z.string(),
  sizeBytes: z.int().nonnegative(),
  hash: z.string().optional(),
  kept: z.enum(['target', 'workspace']),
  uri: z.string().optional(),
});
export type OutputFile = z.infer<typeof outputFileSchema>;
