import { DestinoError } from '@destino/core/errors';
import { textArgument } from '../given.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const name = textArgument(given, 'name') ?? '';
  const destino = await context.open({ reconcile: false });
  if (!destino.secrets.delete(name)) throw new DestinoError('not-found', `there is no secret '${name}'`, { hint: 'destino secret list' });
  if (context.console.json) context.console.object({ schemaVersion: 1, name });
  else context.console.line(`${name} is deleted`);
};
