import { z } from 'zod';

/** How a host presents itself. */
export const hostSchema = z.object({
  /** Of the machine and account, stable across restarts: what `reach: host` is judged by. */
  hostId: z.string().min(1),
  /** `cli`, `agent`, `server`, `app`, for people. */
  role: z.string().min(1),
  pid: z.int().optional(),
  bootId: z.string().optional(),
  /** What it can serve: `driver:local/1`, `host:…`, `secret:…`. A record is claimed only when all its needs are here. */
  offers: z.array(z.string()),
});
export type Host = z.infer<typeof hostSchema>;

/** A host's membership, renewed while it lives. `untilMs` is store time. */
export const sessionSchema = z.object({ id: z.string().min(1), host: hostSchema, untilMs: z.number(), openedMs: z.number() });
export type Session = z.infer<typeof sessionSchema>;
