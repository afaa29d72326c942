import { textOption } from '../given.ts';
import { deploymentObject, deploymentTable } from '../render/endpoint.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const only = textOption(given, 'endpoint') ?? textOption(given, 'endpointName');
  const endpoints = only === undefined ? await destino.endpoints.list() : [await destino.endpoints.get(only)];
  const deployments = endpoints.flatMap((endpoint) => endpoint.deployments);
  if (console.json) for (const deployment of deployments) console.object(deploymentObject(deployment, undefined));
  else if (console.names || console.quiet) for (const { endpoint, name } of deployments) console.line(`${endpoint}/${name}`);
  else if (deployments.length === 0) console.note('no deployments');
  else console.line(deploymentTable(console, deployments, {}, true));
};
