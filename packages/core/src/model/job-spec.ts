import { z } from 'zod';
import { environmentSchema } from './environment.ts';
import { inputSchema, outputSchema } from './input-output.ts';
import { jsonSchema, textMapSchema } from './json.ts';
import { resourcesSchema } from './resources.ts';
import { secretReferenceSchema } from './secret.ts';

/**
 * A piece of the command line: shell text whose literals are quoted already, or a place that the driver renders as a
 * path, quoted for the shell context it stands in (`bare`, inside `single` or inside `double` quotes).
 */
export const commandPartSchema = z.union([
  z.string(),
  z.strictObject({ input: z.string(), quote: z.enum(['bare', 'single', 'double']).default('bare') }),
  z.strictObject({ output: z.string(), quote: z.enum(['bare', 'single', 'double']).default('bare') }),
]);
export type CommandPart = z.infer<typeof commandPartSchema>;

export const distributionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('mpi') }),
  z.object({ type: z.literal('pytorch') }),
  z.object({ type: z.literal('tensorflow'), parameterServers: z.int().nonnegative().default(0), workers: z.int().positive().optional() }),
  z.object({ type: z.literal('ray'), options: z.record(z.string(), jsonSchema).default({}) }),
]);
export type Distribution = z.infer<typeof distributionSchema>;

/** One command on one target, resolved: nothing in it refers to the submitter's machine or session. */
export const jobSpecSchema = z.object({
  name: z.string().min(1),
  command: z.array(commandPartSchema).min(1),
  /** The code folder, a snapshot of the workspace. Absent: the job starts in an empty folder. */
  snapshot: z.string().optional(),
  /** Runs in this folder of the target itself, without a copy (`--in-place`); only where the target is this machine. */
  inPlace: z.string().optional(),
  environment: environmentSchema.default({ kind: 'host' }),
  inputs: z.record(z.string(), inputSchema).default({}),
  outputs: z.record(z.string(), outputSchema).default({}),
  /** The job's own variables. */
  variables: textMapSchema.default({}),
  /** The base variables taken at submission (PATH, HOME, locale, …), for targets that are the submitter's machine. */
  baseVariables: textMapSchema.default({}),
  /** Variables whose values are secrets; never in a command line, a handle or a log. */
  secrets: z.record(z.string(), secretReferenceSchema).default({}),
  resources: resourcesSchema.prefault({}),
  distribution: distributionSchema.optional(),
  timeoutMs: z.int().positive().optional(),
  /** From SIGTERM to SIGKILL, on cancellation and at the time-out. */
  graceMs: z.int().nonnegative().default(10_000),
  tags: textMapSchema.default({}),
  /**
   * `$DESTINO_CHECKPOINT_DIR`: a folder that outlives the attempt. The driver lists its files among the outputs under
   * the name `checkpoint` and, given `restore` (a snapshot of an earlier attempt's), fills it before the command.
   */
  checkpoint: z.object({ restore: z.string().optional() }).optional(),
  /** The file as written, for targets that take it natively. */
  source: jsonSchema.optional(),
});
export type JobSpec = z.infer<typeof jobSpecSchema>;
export type JobSpecInput = z.input<typeof jobSpecSchema>;
