import type { AmlCompute, AzureMachineLearningWorkspaces, CommandJob, JobBase } from '@azure/arm-machinelearning';
import type { AzureEmulator } from '../start-azure-emulator.ts';
import { until } from './workspace.test.support.ts';

const quick = { updateIntervalInMs: 50 };
export const workspaceId = (emulator: AzureEmulator): string => `/subscriptions/${emulator.subscriptionId}/resourceGroups/demo/providers/Microsoft.MachineLearningServices/workspaces/work`;

export async function makeCluster(client: AzureMachineLearningWorkspaces, maxNodeCount: number, more: Partial<NonNullable<AmlCompute['properties']>> = {}): Promise<void> {
  const properties = { vmSize: 'Standard_DS1_v2', vmPriority: 'Dedicated', ...more, scaleSettings: { minNodeCount: 0, maxNodeCount, nodeIdleTimeBeforeScaleDown: 'PT60S' } };
  await client.computeOperations.beginCreateOrUpdateAndWait('demo', 'work', 'cpu', { location: 'westeurope', properties: { computeType: 'AmlCompute', properties } }, quick);
}

export async function submit(emulator: AzureEmulator, client: AzureMachineLearningWorkspaces, name: string, job: Partial<CommandJob> & { command: string }, compute = 'cpu'): Promise<JobBase> {
  const id = workspaceId(emulator);
  return await client.jobs.createOrUpdate('demo', 'work', name, { properties: { jobType: 'Command', environmentId: `${id}/environments/none/versions/1`, computeId: `${id}/computes/${compute}`, ...job } });
}

export async function statusOf(client: AzureMachineLearningWorkspaces, name: string): Promise<string> {
  return (await client.jobs.get('demo', 'work', name)).properties.status ?? '';
}

export async function ended(client: AzureMachineLearningWorkspaces, name: string): Promise<string> {
  let status = '';
  await until(async () => {
    status = await statusOf(client, name);
    return ['Completed', 'Failed', 'Canceled'].includes(status);
  });
  return status;
}

type Details = { status: string; logFiles: Record<string, string>; error?: { error: { message: string; innerError: { code: string } } }; warnings: { source: string }[] };

/** Reads the data planes as clients do: with a token, beginning at the workspace's discovery address. */
export async function dataPlane(emulator: AzureEmulator): Promise<{ get(path: string): Promise<Response>; details(job: string): Promise<Details>; log(job: string, file?: string): Promise<string> }> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: emulator.clientId, client_secret: emulator.clientSecret, scope: 'https://ml.azure.com/.default' });
  const signIn = (await (await fetch(`${emulator.httpUrl}/${emulator.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form })).json()) as { access_token: string };
  const get = async (path: string): Promise<Response> => await fetch(`${emulator.httpUrl}${path}`, { headers: { authorization: `Bearer ${signIn.access_token}` } });
  const details = async (job: string): Promise<Details> => (await (await get(`/history/v1.0${workspaceId(emulator)}/runs/${job}/details`)).json()) as Details;
  return { get, details, log: async (job, file = 'user_logs/std_log.txt') => await (await fetch((await details(job)).logFiles[file] ?? '')).text() };
}
