import { DestinoError } from '@destino/core/errors';
import { textArgument } from '../given.ts';
import type { Run } from '../table/command.ts';

/** The account's own shell on the machine of a target, in this terminal. */
export const run: Run = async (context, given) => {
  const name = textArgument(given, 'name') ?? '';
  const { stdin, stdout, stderr } = process;
  if (!stdin.isTTY || !stdout.isTTY) throw new DestinoError('config-invalid', 'a shell needs a terminal', { hint: `destino target exec ${name} -- COMMAND` });
  const destino = await context.open({ reconcile: false });
  await destino.prepareTargets();
  const { openMachine, runSession } = await import('@destino/runtime/machine-access');
  await using link = await openMachine(destino, name);
  const terminal = {
    rows: stdout.rows,
    columns: stdout.columns,
    term: context.variables['TERM'] ?? 'xterm',
    onResize: (told: (rows: number, columns: number) => void) => void stdout.on('resize', () => told(stdout.rows, stdout.columns)),
  };
  stdin.setRawMode(true);
  try {
    return await runSession(link, { input: stdin, output: stdout, errors: stderr }, { terminal });
  } finally {
    stdin.setRawMode(false);
  }
};
