import { z } from 'zod';
import { placeSchema } from '../workspace.ts';

/** What a host is started with: one argument of JSON. */
export const hostOptionsSchema = z.strictObject({ place: placeSchema, remote: z.union([z.string(), z.int()]), seed: z.int(), jobs: z.int(), name: z.string() });
export type HostOptions = z.infer<typeof hostOptionsSchema>;

/** What a host is told to do, a line of JSON each; it answers with the same line once that is durable. */
export const orderSchema = z.strictObject({ act: z.enum(['submit', 'cancel']), job: z.int() });
export type Order = z.infer<typeof orderSchema>;
