import { z } from 'zod';
import { copiesSchema, reasonSchema, textMapSchema } from '../../model/index.ts';
import type { StoreRecord } from '../../store/index.ts';
import { endpointDocSchema, revisionsOf, serviceName } from './endpoint-doc.ts';
import { currentRevision, endpointRequestSchema, rolloutSchema, splitSchema } from './revision.ts';

export const deploymentViewSchema = z.object({
  name: z.string(),
  endpoint: z.string(),
  target: z.string(),
  /** The name of its service on the target. */
  service: z.string(),
  state: z.string(),
  reason: reasonSchema.optional(),
  /** Percent of the requests. */
  traffic: z.int(),
  mirror: z.int(),
  model: z.object({ name: z.string(), version: z.string() }).optional(),
  copies: copiesSchema.optional(),
  /** Of the service: grows with every change of it. */
  revision: z.int().nonnegative(),
  /** It was replaced and is only kept for a way back. */
  retiring: z.boolean(),
});
export type Deployment = z.infer<typeof deploymentViewSchema>;

/** An endpoint as users and programs see it. Fields are only ever added within a major version. */
export const endpointViewSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  name: z.string(),
  description: z.string().optional(),
  state: z.string(),
  reason: reasonSchema.optional(),
  /** Known once it has been served. */
  scoringUri: z.string().nullable(),
  traffic: splitSchema,
  mirror: splitSchema,
  /** The number of the last change, and of the one that is served. */
  revision: z.int().positive(),
  applied: z.int().nonnegative(),
  rollout: rolloutSchema.optional(),
  deployments: z.array(deploymentViewSchema),
  tags: textMapSchema,
  createdAt: z.string(),
  createdBy: z.string().optional(),
  /** Whether a living host serves it. */
  served: z.boolean(),
});
export type Endpoint = z.infer<typeof endpointViewSchema>;

/** The record of an endpoint as one object. Without `living`, the sessions that live, its owner counts as alive. */
export function endpointOf(record: StoreRecord, living?: ReadonlySet<string>): Endpoint {
  const request = endpointRequestSchema.parse(record.spec);
  const doc = endpointDocSchema.parse(record.doc);
  const { contents, revisions } = revisionsOf(record);
  const revision = currentRevision({ contents, revisions });
  const served = record.session !== undefined && (living === undefined || living.has(record.session));
  return endpointViewSchema.parse({
    schemaVersion: 1,
    id: record.id,
    name: record.name,
    description: request.description,
    state: record.requests.remove !== undefined && record.active ? 'removing' : record.state,
    reason: doc.reason,
    scoringUri: doc.origin === undefined ? null : `${doc.origin}/score`,
    traffic: revision.traffic,
    mirror: revision.mirror,
    revision: revision.number,
    applied: doc.applied,
    rollout: revision.rollout,
    tags: request.tags,
    createdAt: record.createdAt,
    createdBy: record.createdBy,
    served,
    deployments: Object.entries(revision.deployments).map(([name, digest]) => {
      const content = contents[digest];
      const seen = doc.applied >= 1 ? doc.deployments[name] : undefined;
      return {
        name,
        endpoint: record.name,
        target: content?.target ?? '',
        service: serviceName(record.name, name),
        state: seen?.state ?? 'deploying',
        reason: seen?.reason,
        traffic: revision.traffic[name] ?? 0,
        mirror: revision.mirror[name] ?? 0,
        ...(content?.spec.model !== undefined && { model: { name: content.spec.model.name, version: content.spec.model.version } }),
        copies: seen?.copies,
        revision: seen?.revision ?? 0,
        retiring: Object.hasOwn(revision.retiring, name),
      };
    }),
  });
}
