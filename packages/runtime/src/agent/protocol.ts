import { z } from 'zod';

const measuresSchema = z.object({
  requests: z.int(),
  failures: z.int(),
  mirrored: z.int(),
  inFlight: z.int(),
  lastMinute: z.object({ requests: z.int(), failures: z.int(), requestsPerSecond: z.number(), p50Ms: z.number().nullable(), p90Ms: z.number().nullable(), p99Ms: z.number().nullable() }),
});

/** What is asked of an agent over its socket: one JSON object a line, answered by one line. */
export const agentRequestSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('hello') }),
  /** Something was given away: claim it now. */
  z.strictObject({ op: z.literal('poke') }),
  /** Which of `names` can the agent resolve, given these values of `env:` secrets, which it keeps in memory? */
  z.strictObject({ op: z.literal('secrets'), names: z.array(z.string()), values: z.record(z.string(), z.string()) }),
  /** What its gateway measured of an endpoint, by deployment. */
  z.strictObject({ op: z.literal('measures'), endpoint: z.string() }),
  /** Ends it; what it supervises is free for others. */
  z.strictObject({ op: z.literal('stop') }),
]);
export type AgentRequest = z.infer<typeof agentRequestSchema>;

export const agentAnswerSchema = z.object({
  ok: z.boolean(),
  pid: z.int().positive(),
  workspace: z.string(),
  supervised: z.int().nonnegative(),
  /** Names that it cannot resolve, of those it was asked for. */
  missing: z.array(z.string()).default([]),
  measures: z.record(z.string(), measuresSchema).optional(),
  message: z.string().optional(),
});
export type AgentAnswer = z.infer<typeof agentAnswerSchema>;

/** A line longer than this is no request. Characters. */
export const longestLine = 4 * 1024 * 1024;
