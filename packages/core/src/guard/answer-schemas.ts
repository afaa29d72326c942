import { z } from 'zod';
import { handleSchema, keySchema, reasonSchema } from '../model/index.ts';

/** What verbs take and answer that is not part of the model. */
export const effectSchema = z.object({ key: keySchema, fence: z.int().nonnegative() });
export const graceSchema = z.object({ graceMs: z.int().nonnegative() });
export const logOptionsSchema = z.object({ since: z.string().max(4096).optional(), follow: z.boolean() });
export const fromSchema = z.object({ from: z.int().nonnegative().optional() });

export const handleAnswerSchema = z.object({ handle: handleSchema });
export const submittedSchema = z.union([handleAnswerSchema, z.object({ busy: reasonSchema, retryAfterMs: z.number().nonnegative() })]);
export const admissionSchema = z.discriminatedUnion('admitted', [
  z.object({ admitted: z.literal(true), price: z.object({ perHourUsd: z.number().nonnegative() }).optional() }),
  z.object({ admitted: z.literal(false), reasons: z.array(reasonSchema).min(1) }),
]);

const originSchema = z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'expected an http or https origin');
export const connectionSchema = z.union([
  z.object({ origin: originSchema, close: z.custom<() => Promise<void>>((value) => typeof value === 'function', 'expected a function') }),
  z.object({ none: reasonSchema }),
]);
export const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected a Uint8Array');
export const invokeAnswerSchema = z.object({
  status: z.int().min(100).max(599),
  contentType: z.string(),
  headers: z.record(z.string(), z.string()),
  body: bytesSchema,
});
export const invokeRequestSchema = z.object({ body: bytesSchema, contentType: z.string() });
