import { stateText } from '../render/job-lines.ts';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';
import { targetObject } from '../render/target.ts';

export const run: Run = async (context) => {
  const { console } = context;
  const destino = await context.open();
  await destino.prepareTargets();
  const targets = await destino.targets.list();
  if (console.json) for (const target of targets) console.object(targetObject(destino, target));
  else if (console.names || console.quiet) for (const { name } of targets) console.line(name);
  else {
    const standard = (await destino.settings()).defaultTarget.value;
    console.line(table(['NAME', 'KIND', 'ORIGIN', 'STATE', ''], targets.map(({ name, kind, origin, state }) => [name, kind, origin, stateText(console, state), name === standard ? 'default' : ''])));
  }
};
