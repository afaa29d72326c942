import { splitText } from '@destino/runtime';
import { endpointObject } from '../render/endpoint.ts';
import { stateText } from '../render/job-lines.ts';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context) => {
  const { console } = context;
  const destino = await context.open();
  const endpoints = await destino.endpoints.list();
  if (console.json) for (const endpoint of endpoints) console.object(endpointObject(endpoint));
  else if (console.names || console.quiet) for (const { name } of endpoints) console.line(name);
  else if (endpoints.length === 0) console.note('no endpoints');
  else console.line(table(['NAME', 'STATE', 'TRAFFIC', 'ADDRESS'], endpoints.map(({ name, state, traffic, scoringUri }) => [name, stateText(console, state), splitText(traffic) || 'none', scoringUri ?? ''])));
};
