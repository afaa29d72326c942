import { z } from 'zod';

/** Anything that survives `JSON.parse(JSON.stringify(x))`. */
export const jsonSchema = z.json();
export type Json = z.infer<typeof jsonSchema>;

/** Names to text, in the order given. */
export const textMapSchema = z.record(z.string(), z.string());
export type TextMap = z.infer<typeof textMapSchema>;
