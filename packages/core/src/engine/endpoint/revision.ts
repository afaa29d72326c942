import { z } from 'zod';
import { DestinoError } from '../../errors/index.ts';
import { jsonSchema, serviceSpecSchema, textMapSchema } from '../../model/index.ts';

const percentSchema = z.int().min(0).max(100);
export const splitSchema = z.record(z.string(), percentSchema);
export type Split = z.infer<typeof splitSchema>;

/** A new deployment on its way to the requests that are meant for it. */
export const rolloutSchema = z.object({
  deployment: z.string(),
  /** The split before, which is returned to, and the one at the end. */
  before: splitSchema,
  final: splitSchema,
  /** What it gets while it is baked, and for how long. Absent: all at once when it is healthy. */
  percent: percentSchema.optional(),
  bakeMs: z.int().nonnegative().default(0),
  /** Store time of its beginning, and of the bake's. */
  startedMs: z.number(),
  bakingSinceMs: z.number().optional(),
  /** Given up when it is not healthy so long after its beginning. */
  healthyWithinMs: z.int().positive().default(30 * 60_000),
  /** What the deployment was before, where it was changed in place: taken back with the split. */
  previous: z.string().optional(),
  /** Deployments that it replaces, and how long they are kept at 0 % afterwards. */
  replaces: z.array(z.string()).default([]),
  keepWarmMs: z.int().nonnegative().default(15 * 60_000),
});
export type Rollout = z.infer<typeof rolloutSchema>;

/** A service as a deployment asks for it: the same content has the same digest. */
export const contentSchema = z.object({ target: z.string(), spec: serviceSpecSchema.omit({ revision: true, name: true }) });
export type DeploymentContent = z.infer<typeof contentSchema>;

export const revisionSchema = z.object({
  number: z.int().positive(),
  /** Tells two of the same number apart, of which the store keeps one. */
  id: z.string().default(''),
  at: z.string(),
  by: z.string().optional(),
  /** In words. */
  change: z.string(),
  /** Digest of the content by name. */
  deployments: z.record(z.string(), z.string()),
  traffic: splitSchema,
  mirror: splitSchema.default({}),
  rollout: rolloutSchema.optional(),
  /** The roll-out that ended with this revision, and how. */
  ended: z.object({ deployment: z.string(), ok: z.boolean() }).optional(),
  /** Replaced deployments, and the store time at which they go. */
  retiring: z.record(z.string(), z.number()).default({}),
});
export type Revision = z.infer<typeof revisionSchema>;

/** All that is asked of an endpoint: its last revisions and the contents that they name. Rows keep what is listed here. */
export const revisionsSchema = z.object({ contents: z.record(z.string(), contentSchema), revisions: z.array(revisionSchema).min(1) });
export type Revisions = z.infer<typeof revisionsSchema>;

/** `spec` of an endpoint's record. */
export const endpointRequestSchema = z.object({
  description: z.string().optional(),
  tags: textMapSchema.default({}),
  /** The port that is wanted; default the first free one. */
  port: z.int().min(1).max(65_535).optional(),
  limits: z.object({ maxBodyBytes: z.int().positive().optional() }).default({}),
  source: jsonSchema.optional(),
  first: revisionsSchema,
});
export type EndpointRequest = z.infer<typeof endpointRequestSchema>;

const keptRevisions = 50;

export function currentRevision({ revisions }: Revisions): Revision {
  const last = revisions.at(-1);
  if (last === undefined) throw new DestinoError('internal', 'an endpoint without a revision');
  return last;
}

/** What a change says; what it leaves out stays. */
export type RevisionChange = Partial<Omit<Revision, 'number' | 'id' | 'at' | 'by' | 'change' | 'rollout'>> & { rollout?: Rollout | undefined };
export type Authored = { id: string; at: string; by?: string | undefined; change: string };

/** The revisions with one more. A change of traffic or of deployments that says nothing of a roll-out ends the one under way. */
export function withRevision(revisions: Revisions, author: Authored, change: RevisionChange, contents: Revisions['contents'] = {}): Revisions {
  const { rollout, ended: _, ...last } = currentRevision(revisions);
  const { rollout: next, ...rest } = change;
  const merged = { ...last, ...rest };
  checkSplit({ traffic: rest.traffic ?? {}, mirror: rest.mirror ?? {}, deployments: merged.deployments });
  const goes = 'rollout' in change ? next : rollout;
  const named = (split: Split): Split => Object.fromEntries(Object.entries(split).filter(([name, percent]) => percent > 0 && Object.hasOwn(merged.deployments, name)));
  const revision = revisionSchema.parse({
    ...merged,
    number: last.number + 1,
    id: author.id,
    at: author.at,
    by: author.by,
    change: author.change,
    traffic: named(merged.traffic),
    mirror: named(merged.mirror),
    retiring: Object.fromEntries(Object.entries(merged.retiring).filter(([name]) => Object.hasOwn(merged.deployments, name))),
    ...(goes !== undefined && Object.hasOwn(merged.deployments, goes.deployment) && { rollout: goes }),
  });
  checkSplit(revision);
  const kept = [...revisions.revisions, revision].slice(-keptRevisions);
  const used = new Set(kept.flatMap(({ deployments }) => Object.values(deployments)));
  const all = { ...revisions.contents, ...contents };
  return { contents: Object.fromEntries(Object.entries(all).filter(([digest]) => used.has(digest))), revisions: kept };
}

/** @throws `config-invalid` for a split that is none of these deployments'. */
function checkSplit({ traffic, mirror, deployments }: Pick<Revision, 'traffic' | 'mirror' | 'deployments'>): void {
  const refuse = (message: string, hint: string): never => {
    throw new DestinoError('config-invalid', message, { hint });
  };
  const names = Object.keys(deployments);
  for (const name of [...Object.keys(traffic), ...Object.keys(mirror)]) {
    if (!names.includes(name)) refuse(`the endpoint has no deployment '${name}'`, names.length === 0 ? 'it has none yet: destino deploy' : `it has: ${names.join(', ')}`);
  }
  const sum = Object.values(traffic).reduce((total, each) => total + each, 0);
  if (sum !== 0 && sum !== 100) refuse(`the percentages of the traffic add up to ${sum}, not to 0 or 100`, `as ${names.slice(0, 2).map((name, index) => `${name}=${index === 0 && names.length > 1 ? 90 : names.length > 1 ? 10 : 100}`).join(' ')}`);
  const mirrored = Object.entries(mirror).filter(([, percent]) => percent > 0);
  if (mirrored.length > 1) refuse('requests are mirrored to one deployment', `as ${mirrored[0]?.[0] ?? 'green'}=10`);
  for (const [name] of mirrored) if ((traffic[name] ?? 0) > 0) refuse(`'${name}' has live traffic already; what mirrors has none`, `set it to 0 first: destino endpoint traffic … ${name}=0`);
}

/** The deployments and the split of an older revision, as a change. @throws `not-found`. */
export function backTo({ revisions }: Revisions, number?: number): { change: RevisionChange; to: Revision } {
  const current = currentRevision({ contents: {}, revisions });
  const sameAs = (a: Revision, b: Revision): boolean => JSON.stringify([a.traffic, a.deployments]) === JSON.stringify([b.traffic, b.deployments]);
  const settled = (each: Revision): boolean => Object.keys(each.traffic).length > 0 && each.rollout === undefined;
  const to = number === undefined ? revisions.slice(0, -1).findLast((each) => settled(each) && !sameAs(each, current)) : revisions.find((each) => each.number === number);
  if (to === undefined) {
    const known = `${revisions[0]?.number ?? 1} to ${current.number}`;
    throw new DestinoError('not-found', number === undefined ? 'there is no earlier revision with traffic to return to' : `revision ${number} is not kept; there are ${known}`, { hint: 'destino endpoint history NAME' });
  }
  // What came later stays at 0 % for the moment: going forward again must cost no more than going back.
  const deployments = { ...current.deployments, ...to.deployments };
  return { to, change: { deployments, traffic: to.traffic, mirror: to.mirror, rollout: undefined, retiring: withoutKeys(current.retiring, Object.keys(to.deployments)) } };
}

function withoutKeys(map: Record<string, number>, keys: readonly string[]): Record<string, number> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
