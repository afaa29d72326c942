import { z } from 'zod';
import { driverTargetFile } from './compute.ts';
import { schemaField } from './common.ts';

const target = driverTargetFile.omit({ $schema: true, name: true });
const duration = z.string().regex(/^\d+(\.\d+)?\s*(ms|s|m|h|d)$/, 'a duration is a number with ms, s, m, h or d, as 30m');

const substitute = z.union([
  z.literal('host'),
  z.strictObject({
    image: z.string().optional(),
    conda_file: z.string().optional(),
    python: z.string().optional(),
    packages: z.array(z.string()).optional().describe('Requirements as pip takes them.'),
  }),
]);

const policy = z.strictObject({
  idle: duration.optional().describe('Managed machines without work are stopped or deleted after this.'),
  retries: z.record(z.string(), z.strictObject({ attempts: z.int().positive().optional(), backoff: duration.optional() })).optional().describe('By cause: no-capacity, preempted, lost, failed, timeout.'),
  retention: z.strictObject({ logs: duration.optional(), snapshots: duration.optional(), jobs: z.int().positive().optional() }).optional(),
  budget: z.strictObject({ perDayUsd: z.number().nonnegative().optional(), perHourUsd: z.number().nonnegative().optional() }).optional(),
});

/** `destino.yaml`: everything of ours stands here, so that job files stay readable for `az`. */
export const workspaceFile = z
  .strictObject({
    $schema: schemaField,
    name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, 'a workspace name is letters, digits, ., - and _, at most 63').optional(),
    server: z.url({ protocol: /^https?$/ }).optional().describe('The server that holds the workspace.'),
    store: z.string().optional().describe('Where a workspace without a server keeps its state: a folder, or a postgres:// address.'),
    default_target: z.string().optional().describe('Default: local.'),
    targets: z.record(z.string(), target).optional(),
    aliases: z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])).optional().describe('Names that stand for targets, in order of preference.'),
    plugins: z.array(z.strictObject({ name: z.string(), version: z.string().optional(), integrity: z.string().optional(), path: z.string().optional() })).optional(),
    environments: z.record(z.string(), substitute).optional().describe('Substitutes for environments and images, by the name that files use.'),
    storage: z.union([z.string(), z.strictObject({ path: z.string().optional(), container: z.string().optional(), credential: z.string().optional() })]).optional().describe('Where content lives for targets that cannot reach this machine.'),
    registries: z
      .array(z.strictObject({ server: z.string(), username: z.string().optional(), password: z.string().optional(), push: z.boolean().optional() }))
      .refine((list) => list.filter((each) => each.push === true).length <= 1, 'only one registry can be the one to push to')
      .optional()
      .describe('Image registries; the one marked push takes built images.'),
    datastores: z.record(z.string(), z.union([z.string(), z.strictObject({ path: z.string().optional(), container: z.string().optional(), credential: z.string().optional() })])).optional(),
    policy: policy.optional(),
  })
  .describe('A workspace: what its users share.');
export type WorkspaceFile = z.infer<typeof workspaceFile>;
