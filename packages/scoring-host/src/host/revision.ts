import { z } from 'zod';

const ms = z.number().positive();

const scriptSchema = z.strictObject({
  kind: z.literal('script'),
  /** The folder of the code, where workers start, and the script in it. */
  folder: z.string().min(1),
  entryScript: z.string().min(1),
  /** The Python to run it with; not for JavaScript. */
  python: z.string().min(1).optional(),
  /** Run once before the first worker; the last line of its output is the folder of a virtual environment. */
  prepare: z.strictObject({ program: z.string(), arguments: z.array(z.string()) }).optional(),
});

/** One revision of a service, as the host is told it. */
export const revisionSchema = z.strictObject({
  revision: z.int().positive(),
  server: z.discriminatedUnion('kind', [scriptSchema]),
  modelDir: z.string().optional(),
  variables: z.record(z.string(), z.string()).default({}),
  /** A JSON file of more variables, readable by its owner only. */
  secretsFile: z.string().optional(),
  copies: z.strictObject({ min: z.int().nonnegative(), max: z.int().positive() }).default({ min: 1, max: 1 }),
  concurrency: z.int().positive().default(1),
  requestTimeoutMs: ms.default(3_600_000),
  /** Absent: requests wait as long as it takes. */
  maxQueueWaitMs: z.number().nonnegative().optional(),
  initTimeoutMs: ms.default(310_000),
  /** Requests in flight beyond this many times the workers are refused. Absent: none. */
  inFlightFactor: z.number().positive().optional(),
  maxBodyBytes: z.int().positive().optional(),
});
export type Revision = z.infer<typeof revisionSchema>;
export type RevisionInput = z.input<typeof revisionSchema>;

/** What the host tells of itself, in a file that is replaced whole. */
export const hostStatusSchema = z.object({
  pid: z.int(),
  port: z.int(),
  /** The revision that answers; absent before any was ready. */
  revision: z.int().optional(),
  /** The newest one told. */
  wanted: z.int(),
  state: z.enum(['deploying', 'healthy', 'unhealthy', 'updating', 'removing', 'failed']),
  rawState: z.string(),
  reasons: z.array(z.object({ code: z.string(), text: z.string(), fix: z.string().optional() })),
  copies: z.object({ want: z.int(), ready: z.int(), failed: z.int() }),
  requests: z.int(),
});
export type HostStatus = z.infer<typeof hostStatusSchema>;
