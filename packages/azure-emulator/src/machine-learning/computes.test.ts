import type { AmlCompute, AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { describe, expect, it } from 'vitest';
import { mlClientOf, startWithWorkspace, until } from './workspace.test.support.ts';

/** Between two looks at an operation, in milliseconds. */
const quick = { updateIntervalInMs: 50 };

const clusterOf = (scale: { minNodeCount: number; maxNodeCount: number; nodeIdleTimeBeforeScaleDown?: string }): { location: string; properties: AmlCompute } => ({
  location: 'westeurope',
  properties: { computeType: 'AmlCompute', properties: { vmSize: 'Standard_DS3_v2', vmPriority: 'Dedicated', scaleSettings: { nodeIdleTimeBeforeScaleDown: 'PT60S', ...scale } } },
});

async function nodesOf(client: AzureMachineLearningWorkspaces, name: string): Promise<(string | undefined)[]> {
  const states = [];
  for await (const { nodeState } of client.computeOperations.listNodes('demo', 'work', name)) states.push(nodeState);
  return states;
}

describe('a compute cluster', () => {
  it('is made, keeps its least number of nodes, follows its scale settings and is deleted', async () => {
    await using emulator = await startWithWorkspace();
    const client = mlClientOf(emulator);
    const made = await client.computeOperations.beginCreateOrUpdateAndWait('demo', 'work', 'cpu-cluster', clusterOf({ minNodeCount: 2, maxNodeCount: 4 }), quick);
    expect(made.properties).toMatchObject({ computeType: 'AmlCompute', provisioningState: 'Succeeded' });
    await until(async () => (await nodesOf(client, 'cpu-cluster')).join() === 'idle,idle');
    await client.computeOperations.beginUpdateAndWait('demo', 'work', 'cpu-cluster', { properties: { scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: 'PT60S' } } }, quick);
    await until(async () => (await nodesOf(client, 'cpu-cluster')).length === 0);
    const rested = await client.computeOperations.get('demo', 'work', 'cpu-cluster');
    expect((rested.properties as AmlCompute).properties).toMatchObject({ allocationState: 'Steady', currentNodeCount: 0, targetNodeCount: 0 });
    await client.computeOperations.beginDeleteAndWait('demo', 'work', 'cpu-cluster', 'Delete', quick);
    await expect(client.computeOperations.get('demo', 'work', 'cpu-cluster')).rejects.toMatchObject({ statusCode: 404 });
  });

  it('refuses another size for what is there, a name against the rules and a size that nobody offers', async () => {
    await using emulator = await startWithWorkspace();
    const { computeOperations } = mlClientOf(emulator);
    const small = clusterOf({ minNodeCount: 0, maxNodeCount: 1 });
    await computeOperations.beginCreateOrUpdateAndWait('demo', 'work', 'fixed', small, quick);
    const large = structuredClone(small);
    Object.assign(large.properties.properties ?? {}, { vmSize: 'Standard_DS4_v2' });
    await expect(computeOperations.beginCreateOrUpdateAndWait('demo', 'work', 'fixed', large, quick)).rejects.toMatchObject({ statusCode: 400, code: 'UserError' });
    await expect(computeOperations.beginCreateOrUpdateAndWait('demo', 'work', '1st', small, quick)).rejects.toMatchObject({ code: 'UserError' });
    const unknown = structuredClone(small);
    Object.assign(unknown.properties.properties ?? {}, { vmSize: 'Standard_Abacus' });
    await expect(computeOperations.beginCreateOrUpdateAndWait('demo', 'work', 'other', unknown, quick)).rejects.toThrow('Standard_Abacus');
  });

  it('gets no node where no quota is left, and says so in its errors', async () => {
    await using emulator = await startWithWorkspace({ faults: 'quota' });
    const { computeOperations } = mlClientOf(emulator);
    await computeOperations.beginCreateOrUpdateAndWait('demo', 'work', 'starved', clusterOf({ minNodeCount: 1, maxNodeCount: 1 }), quick);
    const { properties } = await computeOperations.get('demo', 'work', 'starved');
    expect((properties as AmlCompute).properties?.errors?.[0]?.error?.code).toBe('ClusterCoreQuotaReached');
  });
});

describe('a compute instance', () => {
  it('starts, stops and restarts, and tells its last operation', async () => {
    await using emulator = await startWithWorkspace();
    const { computeOperations } = mlClientOf(emulator);
    await computeOperations.beginCreateOrUpdateAndWait('demo', 'work', 'desk', { location: 'westeurope', properties: { computeType: 'ComputeInstance', properties: { vmSize: 'Standard_DS3_v2' } } }, quick);
    const look = async (): Promise<unknown> => (await computeOperations.get('demo', 'work', 'desk')).properties;
    expect(await look()).toMatchObject({ properties: { state: 'Running', lastOperation: { operationName: 'Create', operationStatus: 'Succeeded' } } });
    await computeOperations.beginStopAndWait('demo', 'work', 'desk', quick);
    expect(await look()).toMatchObject({ properties: { state: 'Stopped', lastOperation: { operationName: 'Stop' } } });
    await computeOperations.beginStartAndWait('demo', 'work', 'desk', quick);
    expect(await look()).toMatchObject({ properties: { state: 'Running', lastOperation: { operationName: 'Start' } } });
    await expect((async () => { for await (const node of computeOperations.listNodes('demo', 'work', 'desk')) expect(node).toBeUndefined(); })()).rejects.toThrow('not supported');
  });
});
