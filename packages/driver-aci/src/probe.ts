import type { CallOptions } from '@destino/core/driver';
import { toDestinoError } from '@destino/core/errors';
import type { TargetProbe } from '@destino/core/model';
import { heed } from './map-error.ts';
import { abortable, noStagingFix, type Session } from './session.ts';

/** Signs in, and asks the region how much of its quota is left. */
export async function probeRegion(session: Session, options: CallOptions = {}): Promise<TargetProbe> {
  heed(options);
  const { config, context, told } = session;
  const { location, resource_group: group } = config;
  const missing: TargetProbe['missing'] = context.staging === undefined ? { jobs: { code: 'no-storage', text: 'the workspace has no storage that containers in Azure can reach', fix: noStagingFix } } : {};
  try {
    const quota: Record<string, { used: number; limit: number }> = {};
    await told('look at the region', options, async () => {
      const client = await session.client();
      const { done } = await client.containerGroups.listByResourceGroup(group, abortable(options)).next();
      if (done === undefined) return;
      for await (const { name, currentValue = 0, limit = 0 } of client.location.listUsage(location, abortable(options))) if (name?.value !== undefined) quota[name.value] = { used: currentValue, limit };
    });
    const cores = quota['StandardCores'];
    const left = cores === undefined ? '' : `, ${cores.limit - cores.used} of ${cores.limit} cores left`;
    return { health: 'healthy', text: `container instances in ${location}, resource group ${group}${left}`, attributes: { location, quota }, missing };
  } catch (error) {
    heed(options);
    const { message, hint } = toDestinoError(error);
    return { health: 'unhealthy', text: hint === undefined ? message : `${message}; ${hint}`, attributes: { location }, missing };
  }
}
