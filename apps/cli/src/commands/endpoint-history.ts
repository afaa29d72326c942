import { splitText } from '@destino/runtime';
import { table } from '../render/table.ts';
import { findEndpoint } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const name = await findEndpoint(destino, given);
  const history = (await destino.endpoints.history(name)).toReversed();
  if (console.json) for (const { number, at, by, change, traffic, mirror, deployments } of history) console.object({ schemaVersion: 1, endpoint: name, revision: number, at, by: by ?? null, change, traffic, mirror, deployments: Object.keys(deployments) });
  else console.line(table(['REVISION', 'AT', 'BY', 'TRAFFIC', 'CHANGE'], history.map(({ number, at, by, change, traffic }) => [String(number), at, by ?? '', splitText(traffic) || 'none', change])));
};
