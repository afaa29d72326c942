import { flag } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import { endpointObject } from '../render/endpoint.ts';
import { findDeployment } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const { endpoint, deployment } = await findDeployment(destino, given);
  await confirm(console, `End deployment ${endpoint}/${deployment}?`, flag(given, 'yes'));
  const left = await destino.endpoints.deleteDeployment(endpoint, deployment);
  if (console.json) console.object(endpointObject(left));
  else console.line(`${endpoint}/${deployment}  removed  (revision ${left.revision})`);
};
