import { z } from 'zod';
import { jsonSchema } from '../model/json.ts';
import { errorCodes, retryAdvices } from './code.ts';

export const errorCodeSchema = z.enum(errorCodes);

/** An error as data: what `toJSON` gives, what stores and wires carry, and what an inspection of an unknown handle holds. */
export const errorDataSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  hint: z.string().optional(),
  retry: z.enum(retryAdvices),
  retryAfterMs: z.number().nonnegative().optional(),
  scope: z.string().optional(),
  op: z.string().optional(),
  kind: z.string().optional(),
  details: jsonSchema.optional(),
  get cause(): z.ZodOptional<typeof errorDataSchema> {
    return errorDataSchema.optional();
  },
});

export type ErrorData = z.infer<typeof errorDataSchema>;
