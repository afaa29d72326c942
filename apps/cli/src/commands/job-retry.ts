import type { RunInput } from '@destino/runtime';
import { jobRequestSchema } from '@destino/core';
import { DestinoError } from '@destino/core/errors';
import { exitCodeOfJob, exitCodes } from '../exit-code.ts';
import { findJob } from '../find-job.ts';
import { followRun } from '../follow-run.ts';
import { flag, listOption, namesOption, textArgument, textOption } from '../given.ts';
import { leave } from '../leave-job.ts';
import { jobObject } from '../render/job.ts';
import type { Run } from '../table/command.ts';

/** Runs a job again as a new one: the same request, or its file with changes. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const job = await findJob(destino, textArgument(given, 'name'));
  const targets = namesOption(given, 'target');
  const set = listOption(given, 'set');
  const name = textOption(given, 'name');
  const record = await destino.store.record(job.id);
  const request = jobRequestSchema.parse(record?.spec);
  let input: RunInput;
  if (set.length > 0) {
    if (job.file === undefined) throw new DestinoError('config-invalid', `job ${job.name} was a command without a file, so --set changes nothing`, { hint: 'destino run -- COMMAND' });
    input = { file: job.file, set, targets: targets ?? request.targets };
  } else {
    const { spec } = request;
    input = { request: { ...request, targets: targets ?? request.targets, ...(spec !== undefined && { spec: { ...spec, tags: { ...spec.tags, 'destino.retry-of': job.name } } }) } };
  }
  const { job: made, notes } = await destino.submit({ ...input, ...(name !== undefined && { name }) });
  for (const note of notes) console.note(`  ${note}`);
  console.note(`${console.style('cyan', '▶')} ${console.style('bold', made.name)}  ${made.target ?? ''}  again after ${job.name}`);
  if (flag(given, 'detach')) {
    const left = await leave(context, destino, made.name);
    if (console.json) console.object(jobObject(left));
    return exitCodes.done;
  }
  const end = await followRun(context, destino, made, { onExit: 'detach' });
  if (console.json) console.object(jobObject(end));
  return exitCodeOfJob(end);
};
