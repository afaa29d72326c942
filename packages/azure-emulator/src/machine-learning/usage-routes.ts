import { isRecord, objectBody, type Asked, type Route } from '../http/exchange.ts';
import { page } from '../arm/paging.ts';
import { regionName, type World } from '../world.ts';
import { computeOf, sizeOf, type ComputeState } from './compute-state.ts';
import { apiVersions, computeType, locationPath, namespace } from './names.ts';
import { sizeNamed, sizes, sizeView } from './sizes.ts';

/** Cores in a region, by family and in all; clusters and instances together. */
export type MachineLearningQuota = { family: number; total: number; computes: number };
export const defaultMachineLearningQuota: MachineLearningQuota = { family: 48, total: 100, computes: 200 };

/** Sizes, usages and quotas of a region. */
export function usageRoutes(world: World, quota: MachineLearningQuota): Route[] {
  const route = (method: string, name: string, operation: string, handle: Route['handle']): Route => ({ method, path: `${locationPath}/${name}`, operation, apiVersions, handle });
  return [
    route('GET', 'vmSizes', 'VirtualMachineSizes_List', () => ({ status: 200, body: { value: sizes.map(sizeView) } })),
    route('GET', 'usages', 'Usages_List', (asked) => page(asked, usages(world, quota, asked), world.pageSize)),
    route('GET', 'quotas', 'Quotas_List', (asked) => page(asked, [...families().map((family) => limitView(asked, family, 'Dedicated', limitOf(world, asked, family, quota))), limitView(asked, 'Total', 'LowPriority', quota.total)], world.pageSize)),
    route('POST', 'updateQuotas', 'Quotas_Update', (asked) => ({ status: 200, body: { value: changed(world, asked) } })),
  ];
}

function families(): string[] {
  return [...new Set(sizes.map(({ family }) => family))];
}

function limitId({ params }: Asked, family: string): string {
  return `/subscriptions/${params['subscription'] ?? ''}/providers/${namespace}/locations/${regionName(params['location'] ?? '')}/quotas/${family}`;
}

function limitOf(world: World, asked: Asked, family: string, quota: MachineLearningQuota): number {
  const kept = world.store.get(limitId(asked, family))?.hidden['limit'];
  return typeof kept === 'number' ? kept : quota.family;
}

function named(value: string, localizedValue: string): unknown {
  return { value, localizedValue };
}

function limitView(asked: Asked, family: string, tier: string, limit: number): unknown {
  return { id: limitId(asked, family), amlWorkspaceLocation: regionName(asked.params['location'] ?? ''), type: `${namespace}/vmFamily/${tier.toLowerCase()}/quotas`, limit, name: named(family, `${family} Cluster ${tier} vCPUs`), unit: 'Count' };
}

function usages(world: World, quota: MachineLearningQuota, asked: Asked): unknown[] {
  const { subscription = '', location = '' } = asked.params;
  const region = regionName(location);
  const computes = world.store.list((each) => each.type === computeType && each.subscription === subscription && each.body['location'] === region).map(computeOf);
  const line = (value: string, text: string, currentValue: number, limit: number, type: string): unknown => ({
    id: `/subscriptions/${subscription}/providers/${namespace}/locations/${region}/usages/${value}`, amlWorkspaceLocation: region, type: `${namespace}/${type}/usages`, currentValue, limit, name: named(value, text), unit: 'Count',
  });
  const cores = (of: (family: string) => boolean): number => computes.filter((each) => of(sizeNamed(sizeOf(each))?.family ?? '')).reduce((sum, each) => sum + coresOf(each), 0);
  return [
    line('Clusters', 'Clusters', computes.filter(({ request }) => request.computeType === 'AmlCompute').length, quota.computes, 'totalClusters'),
    line('TotalDedicatedCores', 'Total Cluster Dedicated Regional vCPUs', cores(() => true), quota.total, 'totalDedicatedCores'),
    ...families().map((family) => line(family, `${family} Cluster Dedicated vCPUs`, cores((each) => each === family), limitOf(world, asked, family, quota), 'vmFamily/dedicatedCores')),
  ];
}

/** A stopped instance keeps its quota; a cluster has that of its nodes. */
export function coresOf(state: ComputeState): number {
  const each = sizeNamed(sizeOf(state))?.cores ?? 0;
  return state.request.computeType === 'ComputeInstance' ? each : state.nodes.length * each;
}

/** Each limit is taken on its own; one of a family that is unknown is told so. */
function changed(world: World, asked: Asked): unknown[] {
  const { value } = objectBody(asked);
  const asks = Array.isArray(value) ? value.filter(isRecord) : [];
  return asks.map(({ id, type, limit, unit }) => {
    const family = families().find((each) => String(id).toLowerCase().endsWith(`/quotas/${each.toLowerCase()}`)) ?? String(id).split('/').at(-1) ?? '';
    const valid = typeof limit === 'number' && limit >= -1;
    if (valid) {
      const { subscription = '' } = asked.params;
      world.store.put({ id: limitId(asked, family), type: 'emulator/quotas', subscription, group: '', name: family, createdMs: world.clock.nowMs(), body: {}, hidden: { limit } });
    }
    return { id, type, limit, unit: unit ?? 'Count', status: valid ? 'Success' : 'InvalidQuotaBelowClusterMinimum' };
  });
}
