import { z } from 'zod';
import { environmentSchema } from './environment.ts';
import { jsonSchema, textMapSchema } from './json.ts';
import { resourcesSchema } from './resources.ts';
import { secretReferenceSchema } from './secret.ts';

const probeSchema = z.object({
  path: z.string().optional(),
  port: z.int().positive().optional(),
  initialDelayMs: z.int().nonnegative().default(10_000),
  periodMs: z.int().positive().default(10_000),
  timeoutMs: z.int().positive().default(2_000),
  successThreshold: z.int().positive().default(1),
  failureThreshold: z.int().positive().default(30),
});

/** What answers requests: an entry script run by the scoring host, or a container with a server of its own. */
const serverSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('script'), snapshot: z.string(), entryScript: z.string() }),
  z.object({
    kind: z.literal('container'),
    port: z.int().positive(),
    scoringRoute: z.string().default('/score'),
    livenessRoute: z.string().optional(),
    readinessRoute: z.string().optional(),
  }),
]);

/** A model behind a scoring URI. `revision` only grows; a smaller one never replaces a larger. */
export const serviceSpecSchema = z.object({
  name: z.string().min(1),
  revision: z.int().positive(),
  server: serverSchema,
  environment: environmentSchema.default({ kind: 'host' }),
  model: z.object({ snapshot: z.string(), name: z.string(), version: z.string() }).optional(),
  variables: textMapSchema.default({}),
  secrets: z.record(z.string(), secretReferenceSchema).default({}),
  resources: resourcesSchema.prefault({}),
  copies: z.object({ min: z.int().nonnegative(), max: z.int().positive() }).default({ min: 1, max: 1 }),
  requestTimeoutMs: z.int().positive().default(5_000),
  concurrencyPerCopy: z.int().positive().default(1),
  maxQueueWaitMs: z.int().nonnegative().default(500),
  liveness: probeSchema.optional(),
  readiness: probeSchema.optional(),
  tags: textMapSchema.default({}),
  source: jsonSchema.optional(),
});
export type ServiceSpec = z.infer<typeof serviceSpecSchema>;
export type ServiceSpecInput = z.input<typeof serviceSpecSchema>;
