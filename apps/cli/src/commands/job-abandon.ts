import { userInfo } from 'node:os';
import { findJob } from '../find-job.ts';
import { flag, textArgument } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import { jobObject } from '../render/job.ts';
import type { Run } from '../table/command.ts';

/** Ends a job as lost by the user's word; what appears of it later is cancelled. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const job = await findJob(destino, textArgument(given, 'name'));
  await confirm(console, `Give up ${job.name}, which is ${job.state}, for lost?`, flag(given, 'yes'));
  await destino.start();
  await destino.engine.abandon(job.id, { by: userInfo().username });
  const end = await destino.wait(job.id);
  if (console.json) console.object(jobObject(end));
  else console.line(`${end.name}  ${end.state}`);
};
