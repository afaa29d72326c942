import { z } from 'zod';
import { jsonSchema } from './json.ts';
import { reasonSchema } from './reason.ts';

/** What a look at a target told. `missing` narrows the kind's capabilities for this one target, with reasons. */
export const targetProbeSchema = z.object({
  health: z.enum(['undetected', 'unhealthy', 'healthy']),
  text: z.string().min(1),
  attributes: z.record(z.string(), jsonSchema).default({}),
  missing: z.record(z.string(), reasonSchema).default({}),
});
export type TargetProbe = z.infer<typeof targetProbeSchema>;

/** What provisioning would do. Prices are in USD per hour; absent means unknown, never 0. */
export const targetPlanSchema = z.object({
  changes: z.array(z.object({ action: z.enum(['make', 'change', 'destroy', 'keep']), what: z.string(), detail: z.string().optional() })),
  problems: z.array(z.object({ severity: z.enum(['error', 'warning']), path: z.string(), code: z.string(), message: z.string(), hint: z.string().optional() })).default([]),
  pricePerHourUsd: z.number().nonnegative().optional(),
  keepsCosting: z.array(z.string()).default([]),
});
export type TargetPlan = z.infer<typeof targetPlanSchema>;

/** One machine or device of a target. */
export const nodeSchema = z.object({ id: z.string(), state: z.string(), rawState: z.string(), attributes: z.record(z.string(), jsonSchema).default({}) });
export type Node = z.infer<typeof nodeSchema>;
