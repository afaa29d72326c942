import { startAzureEmulator, type Exchange } from '@destino/azure-emulator';
import { arrangeContainerGroup } from './arrange-container-group.ts';
import { arrangeMachineLearning } from './arrange-machine-learning.ts';
import { callerOf, type Call } from './caller.ts';
import { readExamples, type ExampleExchange } from './read-examples.ts';
import { shapeProblems } from './shape.ts';

export type ExampleResult = { name: string; problems: string[] };
export type ExamplesOptions = { descriptions: string; examples: string; only?: RegExp; /** Of one provider: `MachineLearningServices`. */ provider?: string; onExchange?: (exchange: Exchange) => void };

/** How a provider's state is arranged before an example is tried. The next services add theirs here. */
const arrangements: readonly { namespace: RegExp; arrange: (call: Call, exchange: ExampleExchange) => Promise<void> }[] = [
  { namespace: /\/Microsoft\.ContainerInstance\//i, arrange: arrangeContainerGroup },
  { namespace: /\/Microsoft\.MachineLearningServices\//i, arrange: arrangeMachineLearning },
];

/** What is being deleted stays so for long enough to be asked about: 150 ms of real time. */
const deletable = { workspaceMs: 75_000, deleteMs: 75_000, jobStartMs: 75_000 };

/** Asks the emulator what each example asks, and compares status, headers and body with what each expects. */
export async function answerExamples({ descriptions, examples, only, provider, onExchange }: ExamplesOptions): Promise<ExampleResult[]> {
  const all = readExamples(descriptions, examples).filter((each) => only === undefined || only.test(each.file) || only.test(each.operationId)).filter(({ file }) => provider === undefined || file.includes(`/Microsoft.${provider}/`));
  const subscriptions = [...new Set(all.map(({ pathParameters }) => pathParameters['subscriptionId'] ?? 'none'))];
  const free = { most: 1e9, perSecond: 1e9 };
  await using emulator = await startAzureEmulator({ timeScale: 500, tokenLifetimeSeconds: 10_000_000, runner: 'process', subscriptions, machineLearning: { timings: deletable }, limits: { reads: free, writes: free, deletes: free }, ...(onExchange !== undefined && { onExchange }) });
  const call = await callerOf(emulator);
  const results: ExampleResult[] = [];
  for (const exchange of all) {
    const name = `${exchange.file} [${exchange.operationId} ${exchange.status}]`;
    try {
      results.push({ name, problems: await tryExample(call, exchange) });
    } catch (error) {
      results.push({ name, problems: [error instanceof Error ? error.message : String(error)] });
    }
  }
  return results;
}

async function tryExample(call: Call, exchange: ExampleExchange): Promise<string[]> {
  const { subscriptionId, resourceGroupName } = exchange.pathParameters;
  if (subscriptionId !== undefined && resourceGroupName !== undefined) {
    await call('PUT', `/subscriptions/${subscriptionId}/resourceGroups/${encodeURIComponent(resourceGroupName)}?api-version=2021-04-01`, { location: 'westus' });
  }
  await arrangements.find(({ namespace }) => namespace.test(exchange.url))?.arrange(call, exchange);
  const { status, headers, body } = await call(exchange.method, exchange.url, exchange.body);
  if (status !== exchange.status) return [`answered ${status}, not ${exchange.status}: ${JSON.stringify(body)?.slice(0, 300) ?? ''}`];
  const missing = Object.keys(exchange.expected.headers).filter((name) => !headers.has(name)).map((name) => `the header ${name} is missing`);
  return [...missing, ...shapeProblems(exchange.expected.body, body)];
}
