import { exitCodeOfError, exitCodes } from '../../src/exit-code.ts';
import { argumentText } from '../../src/program.ts';
import { cliObjectSchemas } from '../../src/cli-schema.ts';
import { commands, groups } from '../../src/table/commands.ts';
import type { CommandSpec, OptionSpec } from '../../src/table/command.ts';
import { globalOptions } from '../../src/table/options.ts';

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done',
  failed: 'the workload ran and failed; with `--exit-code pass` its own code stands instead',
  usage: 'the command line, or a file, is wrong; nothing was done',
  cancelled: 'the job was cancelled, or the question was answered with no',
  platform: 'the target or the platform is at fault: the job never ran, or was lost',
  notFound: 'something that was named is not there',
  forbidden: 'not allowed, or not signed in',
  running: 'the job is still running: the wait was over, or it was left by Ctrl-C',
  bug: 'a fault in Destino itself',
};

/** docs/cli.md, out of the command table. */
export function cliPage(): string {
  const seen = commands.filter(({ hidden }) => hidden !== true);
  const short = seen.filter(({ name }) => !name.includes(' '));
  const grouped = groups.map(({ name }) => ({ name, specs: seen.filter((spec) => spec.name.startsWith(`${name} `)) }));
  return [
    '# The command line',
    '',
    'This page is made from the command table by `npm run docs`.',
    '',
    'Noun and verb, as users of `az ml` expect; the common acts are one word. A job is named by its name, its id or a',
    'beginning that no other has; where none is named, or `-` is, the last one is meant.',
    '',
    '## Options of every command',
    '',
    ...optionTable(globalOptions),
    '',
    ...short.flatMap((spec) => section(spec, '##')),
    ...grouped.flatMap(({ name, specs }) => [`## ${name}`, '', ...specs.flatMap((spec) => section(spec, '###'))]),
    '## Leaving a job',
    '',
    'Ctrl-C while a job is followed leaves it to the background agent and exits 7; a second Ctrl-C asks whether to cancel',
    'it. SIGTERM, and SIGINT without a terminal, do what `--on-exit` says. The agent is one process per workspace; it',
    'ends by itself when nothing is unfinished.',
    '',
    '## Exit codes',
    '',
    '| code | meaning | errors |',
    '|---|---|---|',
    ...Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${meanings[name as keyof typeof exitCodes]} | ${errorsOf(code)} |`),
    '',
    '## What `--json` prints',
    '',
    'One object, or one a line for lists and followed logs; logs and notes go to standard error. `destino schema cli`',
    `prints the JSON Schema of: ${Object.keys(cliObjectSchemas).map((name) => `\`${name}\``).join(', ')}. Fields are only ever added.`,
    '',
  ].join('\n');
}

function section(spec: CommandSpec, level: string): string[] {
  const words = [...(spec.arguments ?? []).map(argumentText), ...((spec.options ?? []).length > 0 ? ['[options]'] : []), ...(spec.rest === undefined ? [] : [`[-- ${spec.rest}]`])];
  const aliases = spec.aliases === undefined ? [] : [`Also: ${spec.aliases.map((alias) => `\`${alias}\``).join(', ')}.`, ''];
  return [
    `${level} destino ${spec.name}`,
    '',
    `${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.`,
    '',
    ...aliases,
    '```',
    `destino ${[spec.name, ...words].join(' ')}`,
    ...(spec.examples ?? []),
    '```',
    '',
    ...((spec.options ?? []).length === 0 ? [] : [...optionTable(spec.options ?? []), '']),
  ];
}

function optionTable(options: readonly OptionSpec[]): string[] {
  const rows = options.map(({ flags, summary, choices, many }) => `| \`${flags}\` | ${summary.replaceAll('|', '\\|')}${choices === undefined ? '' : ` (${choices.join(', ')})`}${many === true ? '; may be repeated' : ''} |`);
  return ['| option | meaning |', '|---|---|', ...rows];
}

function errorsOf(code: number): string {
  return Object.entries(exitCodeOfError).filter(([, each]) => each === code).map(([name]) => `\`${name}\``).join(' ');
}
