import { createHash } from 'node:crypto';
import { z } from 'zod';
import { copiesSchema, reasonSchema, type ServiceSpecInput } from '../../model/index.ts';
import type { StoreRecord } from '../../store/index.ts';
import { contentSchema, endpointRequestSchema, revisionsSchema, type DeploymentContent, type Revisions } from './revision.ts';

/** What the host that serves an endpoint last saw of one of its deployments. */
export const deploymentDocSchema = z.object({ state: z.string(), revision: z.int().nonnegative().default(0), copies: copiesSchema.optional(), reason: reasonSchema.optional() });
export type DeploymentDoc = z.infer<typeof deploymentDocSchema>;

/** `doc` of an endpoint's record. */
export const endpointDocSchema = z.object({
  /** Kept for as long as the endpoint lives. */
  port: z.int().positive().optional(),
  origin: z.string().optional(),
  /** The revision that is served. */
  applied: z.int().nonnegative().default(0),
  deployments: z.record(z.string(), deploymentDocSchema).default({}),
  reason: reasonSchema.optional(),
});
export type EndpointDoc = z.infer<typeof endpointDocSchema>;

/** What is asked of an endpoint now. */
export function revisionsOf(record: StoreRecord): Revisions {
  const { revise } = record.requests;
  return revise === undefined ? endpointRequestSchema.parse(record.spec).first : revisionsSchema.parse(revise.spec);
}

/** The service of a deployment. Neither name holds a dot, so no two share a service. */
export function serviceName(endpoint: string, deployment: string): string {
  return `${endpoint}.${deployment}`;
}

export const contentTag = 'destino.content';

/** Content with its digest: what two deployments of the same have in common. */
export function digested(target: string, spec: Omit<ServiceSpecInput, 'name' | 'revision'>): { digest: string; content: DeploymentContent } {
  const content = contentSchema.parse({ target, spec });
  return { content, digest: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32) };
}
