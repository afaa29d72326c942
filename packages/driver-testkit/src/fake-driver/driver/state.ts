import { z } from 'zod';

/** The private part of the fake driver's handles. */
export const fakeStateSchema = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('job'), key: z.string(), record: z.string() }),
  z.strictObject({ what: z.literal('service'), key: z.string(), name: z.string() }),
  z.strictObject({ what: z.literal('target'), name: z.string() }),
]);
export type FakeState = z.infer<typeof fakeStateSchema>;

export function readState(state: unknown): FakeState | undefined {
  const parsed = fakeStateSchema.safeParse(state);
  return parsed.success ? parsed.data : undefined;
}
