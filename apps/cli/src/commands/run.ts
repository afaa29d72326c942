import type { RunInput } from '@destino/runtime';
import { DestinoError } from '@destino/core/errors';
import { forcedEnvironment } from '../forced-environment.ts';
import { followRun } from '../follow-run.ts';
import { flag, listOption, mapOption, namesOption, textArgument, textOption } from '../given.ts';
import { exitCodeOfJob, exitCodes } from '../exit-code.ts';
import { jobObject } from '../render/job.ts';
import { leave } from '../leave-job.ts';
import type { Given, Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const input = runInput(given);
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  if (destino.workspace.origin === 'default') console.note(`workspace default (no destino.yaml here; state in ${destino.places.folder})`);
  const { job, created, notes } = await destino.submit(input);
  for (const note of notes) console.note(`  ${note}`);
  if (!created) console.note(`job ${job.name} exists already with this content: ${job.state}`);
  console.note(`${console.style('cyan', '▶')} ${console.style('bold', job.name)}  ${job.target ?? ''}  ${console.style('dim', goesOn(destino.drivers.get(await kindOf(destino, job.target))?.traits.timeout))}`);
  if (flag(given, 'detach')) {
    const left = await leave(context, destino, job.name);
    if (console.json) console.object(jobObject(left));
    else if (console.quiet) console.line(job.name);
    return exitCodes.done;
  }
  const end = await followRun(context, destino, job, { onExit: textOption(given, 'onExit') === 'cancel' ? 'cancel' : 'detach' });
  if (console.json) console.object(jobObject(end));
  else if (console.quiet) console.line(end.name);
  return exitCodeOfJob(end, textOption(given, 'exitCode') === 'pass');
};

async function kindOf(destino: Awaited<ReturnType<Parameters<Run>[0]['open']>>, target: string | undefined): Promise<string> {
  return target === undefined ? '' : (await destino.targets.get(target)).kind;
}

function goesOn(timeout: 'target' | 'engine' | undefined): string {
  return timeout === 'target' ? 'goes on without this terminal, its time-out too; retries need an awake host' : 'goes on without this terminal; its time-out and retries need an awake host';
}

function runInput(given: Given): RunInput {
  const file = textArgument(given, 'file') ?? textOption(given, 'file');
  const targets = namesOption(given, 'target');
  const name = textOption(given, 'name');
  const shared = { ...(targets !== undefined && { targets }), ...(name !== undefined && { name: checkedName(name) }), ...(flag(given, 'inPlace') && { inPlace: true }) };
  if (given.rest.length > 0) {
    if (file !== undefined) throw new DestinoError('config-invalid', `give a file or a command after --, not both: ${file}`, { hint: `destino run ${file}` });
    for (const option of ['set', 'input', 'var', 'env', 'envRelaxed']) {
      if (given.options[option] !== undefined) throw new DestinoError('config-invalid', `--${option === 'envRelaxed' ? 'env-relaxed' : option} belongs to a file; a command after -- has none`, { hint: 'destino run FILE' });
    }
    return { ...shared, command: given.rest };
  }
  if (file === undefined) throw new DestinoError('config-invalid', 'there is nothing to run', { hint: 'destino run job.yml, or destino run -- python train.py' });
  const environment = forcedEnvironment(textOption(given, 'env'));
  return { ...shared, file, set: listOption(given, 'set'), inputs: mapOption(given, 'input'), variables: mapOption(given, 'var'), ...(environment !== undefined && { environment }), ...(flag(given, 'envRelaxed') && { environmentRelaxed: true }) };
}

function checkedName(name: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/.test(name)) return name;
  throw new DestinoError('config-invalid', `'${name}' is no name for a job`, { hint: 'letters, digits, - and _, at most 255; begin with a letter or digit' });
}
