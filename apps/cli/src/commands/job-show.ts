import { findJob } from '../find-job.ts';
import { textArgument } from '../given.ts';
import { printJob } from '../render/job.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const destino = await context.open();
  printJob(context.console, await findJob(destino, textArgument(given, 'name')), destino.clock.wallMs());
};
