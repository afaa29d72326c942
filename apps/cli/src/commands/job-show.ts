import { findJob } from '../find-job.ts';
import { textArgument } from '../given.ts';
import { printJob } from '../render/job.ts';
import { valuesText } from '../render/values.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const destino = await context.open();
  const job = await findJob(destino, textArgument(given, 'name'));
  printJob(context.console, job, destino.clock.wallMs(), context.console.json ? undefined : await valuesText(destino, job));
};
