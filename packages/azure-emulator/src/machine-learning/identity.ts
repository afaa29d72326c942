import { isRecord } from '../http/exchange.ts';
import { guidOf } from './guid.ts';

/** An identity as asked for, with the ids that the directory gives it. Absent: none; workspaces have one of their own. */
export function identityView(written: unknown, id: string, tenantId: string): unknown {
  const { type, userAssignedIdentities } = isRecord(written) ? written : { type: 'SystemAssigned', userAssignedIdentities: undefined };
  const kind = typeof type === 'string' ? type : 'SystemAssigned';
  const system = /SystemAssigned/i.test(kind) ? { principalId: guidOf(`${id} principal`), tenantId } : {};
  if (!isRecord(userAssignedIdentities)) return { type: kind, ...system };
  const users = Object.keys(userAssignedIdentities).map((each) => [each, { principalId: guidOf(`${each} principal`), clientId: guidOf(`${each} client`) }]);
  return { type: kind, ...system, userAssignedIdentities: Object.fromEntries(users) };
}
