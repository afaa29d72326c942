import { textArgument } from '../given.ts';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

/** Lists the machines or devices of a target as they are now. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  await destino.prepareTargets();
  const name = textArgument(given, 'name') ?? (await destino.settings()).defaultTarget.value;
  const rows: string[][] = [];
  for await (const node of destino.targets.nodes(name)) {
    if (console.json) console.object({ schemaVersion: 1, target: name, ...node });
    else if (console.names || console.quiet) console.line(node.id);
    else rows.push([node.id, node.state, node.rawState]);
  }
  if (!console.json && !console.names && !console.quiet) console.line(table(['NODE', 'STATE', 'RAW STATE'], rows));
};
