import { deploymentViewSchema, endpointViewSchema, jobViewObjectSchema, modelSpecSchema } from '@destino/core';
import { capabilitiesSchema } from '@destino/core/driver';
import { errorCodeSchema, retryAdvices } from '@destino/core/errors';
import { jsonSchema, problemSchema, targetProbeSchema, targetStateSchema } from '@destino/core/model';
import { z } from 'zod';

const version = z.literal(1);
const { environment, ...job } = jobViewObjectSchema.shape;
const problem = problemSchema.extend({ file: z.string().optional(), fate: z.string().optional() });
const explanation = z.object({ candidate: z.string(), constraint: z.string(), reason: z.string(), fix: z.string().optional(), since: z.string().optional() });

const errorObject = z.object({ code: errorCodeSchema, message: z.string(), hint: z.string().optional(), retry: z.enum(retryAdvices), details: jsonSchema.optional() });
const textMap = z.record(z.string(), z.string());
const metricPoint = z.object({ step: z.number(), value: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]), timeMs: z.number().optional() });

const share = z.record(z.string(), z.int());
const measures = z.object({
  requests: z.int(),
  failures: z.int(),
  mirrored: z.int(),
  inFlight: z.int(),
  lastMinute: z.object({ requests: z.int(), failures: z.int(), requestsPerSecond: z.number(), p50Ms: z.number().nullable(), p90Ms: z.number().nullable(), p99Ms: z.number().nullable() }),
});
const deployment = deploymentViewSchema.extend({ schemaVersion: version, measures: measures.optional() });

/** What `--json` prints, by the name of the thing. Fields are only ever added within a major version. */
const objects = {
  job: z.object({ ...job, environmentUsed: environment }),
  target: z.object({
    schemaVersion: version,
    name: z.string(),
    kind: z.string(),
    origin: z.enum(['managed', 'attached', 'built-in']),
    state: targetStateSchema,
    rawState: z.string().optional(),
    revision: z.int().positive(),
    config: jsonSchema,
    capabilities: capabilitiesSchema.or(z.object({})),
    attributes: z.record(z.string(), jsonSchema),
    createdBy: z.string().optional(),
  }),
  probe: targetProbeSchema.extend({ schemaVersion: version, target: z.string() }),
  check: z.object({
    schemaVersion: version,
    kind: z.string().optional(),
    targets: z.array(z.object({ target: z.string(), verdict: z.enum(['yes', 'no', 'unknown']), problems: z.array(problem), probedAt: z.string().optional() })),
    problems: z.array(problem),
  }),
  why: z.object({ schemaVersion: version, name: z.string(), state: z.string(), explanations: z.array(explanation) }),
  log: z.object({ schemaVersion: version, attempt: z.int(), source: z.string(), stream: z.string(), offsetBytes: z.int().optional(), text: z.string().optional(), base64: z.string().optional() }),
  metrics: z.object({
    schemaVersion: version,
    job: z.string(),
    state: z.string(),
    attempts: z.array(
      z.object({
        attempt: z.int(),
        target: z.string(),
        runs: z.array(z.object({ run: z.string().optional(), name: z.string().optional(), status: z.string().optional(), params: textMap, tags: textMap, metrics: z.record(z.string(), z.array(metricPoint)) })),
        artifacts: z.array(z.object({ path: z.string(), sizeBytes: z.number() })),
        unsupported: z.array(z.string()),
        badLines: z.array(z.int()),
      }),
    ),
  }),
  plugin: z.object({
    schemaVersion: version,
    name: z.string(),
    version: z.string().nullable(),
    scope: z.enum(['workspace', 'user']),
    file: z.string(),
    condition: z.enum(['loaded', 'untrusted', 'missing', 'changed', 'failed']),
    kinds: z.array(z.string()),
    error: errorObject.optional(),
  }),
  verification: z.object({
    schemaVersion: version,
    kind: z.string(),
    part: z.string(),
    passed: z.int(),
    failed: z.int(),
    notRun: z.array(z.object({ id: z.string(), reason: z.string() })),
    checks: z.array(z.object({ id: z.string(), sentence: z.string(), outcome: z.enum(['passed', 'failed']), message: z.string().optional(), durationMs: z.number() })),
  }),
  error: z.object({ error: errorObject }),
  model: modelSpecSchema.extend({ schemaVersion: version, id: z.string(), createdAt: z.string(), createdBy: z.string().optional() }),
  endpoint: endpointViewSchema.extend({ deployments: z.array(deployment) }),
  deployment,
  revision: z.object({ schemaVersion: version, endpoint: z.string(), revision: z.int(), at: z.string(), by: z.string().nullable(), change: z.string(), traffic: share, mirror: share, deployments: z.array(z.string()) }),
  keys: z.object({ schemaVersion: version, endpoint: z.string(), primaryKey: z.string(), secondaryKey: z.string() }),
  answer: z.object({ schemaVersion: version, endpoint: z.string(), deployment: z.string().nullable(), status: z.int(), contentType: z.string(), headers: textMap, text: z.string().optional(), base64: z.string().optional() }),
};
export const cliObjectSchemas: Readonly<Record<keyof typeof objects, z.ZodType>> = objects;

export function cliObjectsSchema(): Record<string, unknown> {
  const definitions = Object.entries(objects).map(([name, schema]) => [name, z.toJSONSchema(schema, { io: 'input' })] as const);
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'what destino prints with --json', $defs: Object.fromEntries(definitions) };
}
