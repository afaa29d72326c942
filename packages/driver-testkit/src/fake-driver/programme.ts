import { z } from 'zod';
import { exitCauseSchema, logStreams } from '@destino/core/model';

const nodeEndSchema = z.strictObject({
  node: z.int().nonnegative(),
  durationMs: z.int().nonnegative().optional(),
  exitCode: z.int().optional(),
  signal: z.string().optional(),
  cause: exitCauseSchema.optional(),
  message: z.string().optional(),
});

const logEntrySchema = z.strictObject({
  /** After the command began. Milliseconds. */
  atMs: z.int().nonnegative().default(0),
  /** `{i}` stands for the number of the repetition, `{node}` for the node's, `{length:NAME}` for the length of a secret. */
  text: z.string(),
  stream: z.enum(logStreams).default('stdout'),
  /** Absent: every node writes it. */
  node: z.int().nonnegative().optional(),
  repeat: z.int().positive().default(1),
  everyMs: z.int().nonnegative().default(0),
});
export type LogEntry = z.infer<typeof logEntrySchema>;

/** What a fake job does, written under `resources.properties.fake`. Nothing runs: it is computed from the remote's clock. */
export const programmeSchema = z.strictObject({
  prepareMs: z.int().nonnegative().default(0),
  durationMs: z.union([z.int().nonnegative(), z.literal('endless')]).default(0),
  finalizeMs: z.int().nonnegative().default(0),
  exitCode: z.int().default(0),
  signal: z.string().optional(),
  cause: exitCauseSchema.optional(),
  message: z.string().optional(),
  /** Nodes that end otherwise than the rest. */
  nodes: z.array(nodeEndSchema).default([]),
  log: z.array(logEntrySchema).default([]),
  outputs: z.array(z.strictObject({ output: z.string().default('default'), path: z.string(), text: z.string() })).default([]),
  /** Goes on after SIGTERM, until SIGKILL. */
  ignoreTerm: z.boolean().default(false),
  /** Ends with this cause before the command begins. */
  failsBefore: z.enum(['image', 'setup', 'platform']).optional(),
  /** The remote refuses the submission with this code. */
  refuse: z.enum(['rejected', 'quota', 'no-capacity', 'forbidden']).optional(),
});
export type Programme = z.infer<typeof programmeSchema>;
export type ProgrammeInput = z.input<typeof programmeSchema>;

/** What a fake service does, written under `resources.properties.fake`. */
export const serviceProgrammeSchema = z.strictObject({
  deployMs: z.int().nonnegative().default(0),
  updateMs: z.int().nonnegative().default(0),
  /** Copies that never become ready. */
  failedCopies: z.int().nonnegative().default(0),
  /** Copies that cannot be reached. */
  unreachableCopies: z.int().nonnegative().default(0),
  log: z.array(logEntrySchema).default([]),
});
export type ServiceProgramme = z.infer<typeof serviceProgrammeSchema>;
