import { textArgument } from '../given.ts';
import { stateText } from '../render/job-lines.ts';
import { targetObject } from '../render/target.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  await destino.prepareTargets();
  const target = await destino.targets.get(textArgument(given, 'name') ?? (await destino.settings()).defaultTarget.value);
  if (console.json) {
    console.object(targetObject(destino, target));
    return;
  }
  console.line(`name        ${target.name}`);
  console.line(`kind        ${target.kind}`);
  console.line(`origin      ${target.origin}`);
  console.line(`state       ${stateText(console, target.state)}`);
  console.line(`config      ${JSON.stringify(target.config)}`);
  const probe = target.attributes['probe'];
  console.line(`last look   ${probe === undefined ? `none yet: destino target probe ${target.name}` : JSON.stringify(probe)}`);
  const capabilities = Object.entries(destino.drivers.get(target.kind)?.capabilities ?? {});
  console.line(`can         ${capabilities.filter(([, answer]) => answer === true).map(([name]) => name).join(', ')}`);
  for (const [name, answer] of capabilities) if (answer !== true) console.line(`  not ${name}: ${answer.unsupported}`);
};
