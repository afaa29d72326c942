import { ArmFault } from '../arm/fault.ts';
import type { Asked } from '../http/exchange.ts';
import { requireGroup } from '../resources/groups.ts';
import type { Resource } from '../state/resource-store.ts';
import { iso } from '../time/emulator-clock.ts';
import { visible, type World } from '../world.ts';
import { workspaceType } from './names.ts';

export function workspaceId({ params }: Asked): string {
  return `/subscriptions/${params['subscription'] ?? ''}/resourceGroups/${params['group'] ?? ''}/providers/${workspaceType}/${params['workspace'] ?? ''}`;
}

/** @throws `ParentResourceNotFound`: ARM itself refuses what lies below a workspace that is not there. */
export function requireParent(world: World, asked: Asked): Resource {
  requireGroup(world, asked);
  const found = visible(world, workspaceId(asked));
  if (found !== undefined) return found;
  throw new ArmFault(404, 'ParentResourceNotFound', `Failed to perform '${asked.method.toLowerCase()}' on resource(s) of type 'workspaces', because the parent resource '${workspaceId(asked)}' could not be found.`);
}

export type Author = { by: string; byType: string; atMs: number };

export function authorOf(asked: Asked, nowMs: number): Author {
  return { by: asked.principal?.objectId ?? 'unknown', byType: 'Application', atMs: nowMs };
}

/** Who made it and who changed it last. */
export function systemData(created: Author, changed: Author): unknown {
  return { createdAt: iso(created.atMs), createdBy: created.by, createdByType: created.byType, lastModifiedAt: iso(changed.atMs), lastModifiedBy: changed.by, lastModifiedByType: changed.byType };
}

/** The error that the service itself gives for a request that is wrong. */
export function userError(message: string, status = 400): ArmFault {
  return new ArmFault(status, 'UserError', message);
}
