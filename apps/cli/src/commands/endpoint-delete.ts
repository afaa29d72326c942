import { flag } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import { endpointObject } from '../render/endpoint.ts';
import { findEndpoint } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

const lookEveryMs = 100;

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const name = await findEndpoint(destino, given);
  const { deployments } = await destino.endpoints.get(name);
  for (const { name: each, target } of deployments) console.note(`  - deployment ${each} on ${target}`);
  await confirm(console, `End endpoint ${name}${deployments.length === 0 ? '' : ` and its ${deployments.length === 1 ? 'deployment' : `${deployments.length} deployments`}`}?`, flag(given, 'yes'));
  const endpoint = await destino.endpoints.delete(name);
  let isGone = false;
  let isLeft = false;
  const off = context.signals.handle(() => (isLeft = true));
  try {
    while (given.options['wait'] !== false && !isLeft && !isGone) {
      isGone = !(await destino.endpoints.list()).some(({ id }) => id === endpoint.id);
      if (!isGone) await destino.clock.sleep(lookEveryMs);
    }
  } finally {
    off();
  }
  const state = isGone ? 'gone' : endpoint.state;
  if (console.json) console.object(endpointObject({ ...endpoint, state }));
  else console.line(`${name}  ${state}`);
  if (isLeft) console.note('  it goes on without this terminal: destino endpoint list');
};
