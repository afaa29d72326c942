import type { FileCheck, TargetCheck } from '@destino/runtime';
import { DestinoError } from '@destino/core/errors';
import { exitCodes } from '../exit-code.ts';
import { flag, listOption, mapOption, namesOption, textArgument, textOption } from '../given.ts';
import type { Console } from '../render/console.ts';
import { problemLines } from '../render/error.ts';
import { agoText } from '../render/time.ts';
import type { Run } from '../table/command.ts';

/** Says whether a file would run on the targets asked. Exit 0 when it does on every one of them. */
export const run: Run = async (context, given) => {
  const file = textArgument(given, 'file') ?? textOption(given, 'file');
  if (file === undefined) throw new DestinoError('config-invalid', 'there is no file to check', { hint: 'destino check job.yml' });
  const destino = await context.open();
  const targets = namesOption(given, 'target');
  const checked = await destino.check({
    file,
    set: listOption(given, 'set'),
    inputs: mapOption(given, 'input'),
    variables: mapOption(given, 'var'),
    online: flag(given, 'online'),
    ...(targets !== undefined && { targets }),
  });
  const strict = flag(given, 'strict');
  const isFine = checked.problems.every(({ severity }) => severity !== 'error' && !(strict && severity === 'warning')) && checked.targets.every(({ verdict }) => verdict === 'yes' || (!strict && verdict === 'unknown'));
  if (context.console.json) context.console.object({ schemaVersion: 1, ...checked });
  else print(context.console, file, checked, destino.clock.wallMs());
  return isFine ? exitCodes.done : exitCodes.usage;
};

function print(console: Console, file: string, { kind, problems, targets }: FileCheck, nowMs: number): void {
  for (const problem of problems) for (const line of problemLines(console, problem)) console.line(line);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) console.line(`${console.style('red', 'no')}  ${file}: ${errors} ${errors === 1 ? 'problem' : 'problems'}`);
  else if (targets.length === 0) console.line(`${console.style('green', 'yes')}  ${file} is a good ${kind ?? 'file'}`);
  for (const target of targets) printTarget(console, target, nowMs);
}

function printTarget(console: Console, { target, verdict, problems, probedAt }: TargetCheck, nowMs: number): void {
  const style = verdict === 'yes' ? 'green' : verdict === 'no' ? 'red' : 'yellow';
  const words = verdict === 'unknown' ? `unknown until probed: destino target probe ${target}` : verdict;
  console.line(`${console.style(style, words)}  on ${target}${probedAt === undefined ? '' : `  (looked at ${agoText(probedAt, nowMs)})`}`);
  for (const problem of problems) for (const line of problemLines(console, problem)) console.line(`  ${line}`);
}
