import type { Resource } from '../state/resource-store.ts';
import { stateOf } from './group-state.ts';

/** Per region. */
export type Quota = { groups: number; cores: number; largest: { cpu: number; memoryInGB: number } };

export const defaultQuota: Quota = { groups: 100, cores: 100, largest: { cpu: 4, memoryInGB: 16 } };

export function usageOf(groups: readonly Resource[]): { groups: number; cores: number } {
  const cores = groups.filter((each) => stateOf(each).power === 'on').flatMap((each) => stateOf(each).request.properties.containers).reduce((sum, { properties }) => sum + properties.resources.requests.cpu, 0);
  return { groups: groups.length, cores };
}

/** As the usages call tells it. */
export function usageView(groups: readonly Resource[], quota: Quota): unknown[] {
  const used = usageOf(groups);
  const line = (value: string, localizedValue: string, currentValue: number, limit: number): unknown => ({ unit: 'Count', currentValue, limit, name: { value, localizedValue } });
  return [
    line('ContainerGroups', 'Container Groups', used.groups, quota.groups),
    line('StandardCores', 'Standard Cores', Math.ceil(used.cores), quota.cores),
    line('StandardK80Cores', 'Standard K80 Cores', 0, 0),
    line('StandardV100Cores', 'Standard V100 Cores', 0, 0),
  ];
}

/** What fits into a region, as the capabilities call tells it. */
export function capabilityView(location: string, { largest }: Quota): unknown[] {
  const line = (osType: string, gpu: string, maxGpuCount: number): unknown => ({
    resourceType: 'containerGroups', osType, location, ipAddressType: 'Public', gpu, capabilities: { maxMemoryInGB: largest.memoryInGB, maxCpu: largest.cpu, maxGpuCount },
  });
  return [line('Linux', 'None', 0), line('Windows', 'None', 0), line('Linux', 'K80', 4), line('Linux', 'V100', 4)];
}
