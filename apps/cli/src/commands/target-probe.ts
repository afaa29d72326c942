import { exitCodes } from '../exit-code.ts';
import { textArgument } from '../given.ts';
import type { Run } from '../table/command.ts';

/** Looks at a target now and keeps what it said, for check. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  await destino.prepareTargets();
  const name = textArgument(given, 'name') ?? (await destino.settings()).defaultTarget.value;
  const probe = await destino.targets.probe(name);
  if (console.json) console.object({ schemaVersion: 1, target: name, ...probe });
  else {
    console.line(`${console.style(probe.health === 'healthy' ? 'green' : 'red', probe.health)}  ${name}: ${probe.text}`);
    for (const [key, value] of Object.entries(probe.attributes)) console.line(`  ${key.padEnd(16)}${typeof value === 'string' ? value : JSON.stringify(value)}`);
    for (const [capability, reason] of Object.entries(probe.missing)) console.line(`  no ${capability}: ${reason.text}${reason.fix === undefined ? '' : ` (${reason.fix})`}`);
  }
  return probe.health === 'healthy' ? exitCodes.done : exitCodes.platform;
};
