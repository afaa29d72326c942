import { z } from 'zod';

/** A reference to a secret of the workspace, never its value. */
export const secretReferenceSchema = z.strictObject({ secret: z.string().min(1) });
export type SecretReference = z.infer<typeof secretReferenceSchema>;
