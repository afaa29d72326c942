import { DestinoError } from '@destino/core/errors';
import { textArgument } from '../given.ts';
import type { Run } from '../table/command.ts';

/** Runs a command on the machine of a target, joined to this terminal's streams; ends with its exit code. */
export const run: Run = async (context, given) => {
  const name = textArgument(given, 'name') ?? '';
  if (given.rest.length === 0) throw new DestinoError('config-invalid', 'there is no command to run', { hint: `destino target exec ${name} -- COMMAND` });
  const destino = await context.open({ reconcile: false });
  await destino.prepareTargets();
  const { openMachine, runSession } = await import('@destino/runtime/machine-access');
  await using link = await openMachine(destino, name);
  return await runSession(link, { input: process.stdin, output: process.stdout, errors: process.stderr }, { words: given.rest });
};
