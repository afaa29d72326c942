import { flag, textArgument } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import type { Run } from '../table/command.ts';

/** Lets a target go. What stands there stays as it is. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const target = await destino.targets.get(textArgument(given, 'name') ?? '');
  await confirm(console, `Let ${target.name} (${target.kind}) go? Nothing of it is destroyed.`, flag(given, 'yes'));
  await destino.targets.remove(target.name);
  if (console.json) console.object({ schemaVersion: 1, name: target.name, state: 'gone' });
  else console.line(`${target.name} is let go`);
};
