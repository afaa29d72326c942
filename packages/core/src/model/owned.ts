import { z } from 'zod';
import { handleSchema } from './handle.ts';

/** Whose something is: the workspace, and the store's incarnation (minted anew when a store is restored or copied). */
export const ownerSchema = z.object({ workspace: z.string().min(1), incarnation: z.string().min(1) });
export type Owner = z.infer<typeof ownerSchema>;

/** Something remote that carries an owner's mark. */
export const ownedThingSchema = z.object({
  id: z.string().min(1),
  what: z.enum(['job', 'service', 'target', 'part']),
  ...ownerSchema.shape,
  key: z.string().optional(),
  createdAt: z.string().optional(),
  handle: handleSchema.optional(),
  note: z.string().optional(),
});
export type OwnedThing = z.infer<typeof ownedThingSchema>;
