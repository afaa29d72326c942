import { z } from 'zod';

/**
 * Anything that survives `JSON.parse(JSON.stringify(x))`; a member that is `undefined` counts as absent, as JSON has it.
 * Data types that go where `Json` is wanted are declared by `type`, for an interface has no index signature.
 */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined };

export const jsonSchema: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(jsonSchema), z.record(z.string(), jsonSchema.optional())]),
);

/** Names to text, in the order given. */
export const textMapSchema = z.record(z.string(), z.string());
export type TextMap = z.infer<typeof textMapSchema>;
