import { DestinoError } from '@destino/core/errors';
import { completionScript, shells } from '../completion-script.ts';
import { textArgument } from '../given.ts';
import type { Run } from '../table/command.ts';

/** Prints a script for the shell to load. */
export const run: Run = async ({ console }, given) => {
  const shell = shells.find((each) => each === textArgument(given, 'shell'));
  if (shell === undefined) throw new DestinoError('config-invalid', `there is no completion for '${textArgument(given, 'shell') ?? ''}'`, { hint: `one of: ${shells.join(', ')}` });
  console.line(completionScript(shell));
};
