import { Command, Option, type OutputConfiguration } from 'commander';
import { commands, groups } from './table/commands.ts';
import type { ArgumentSpec, CommandSpec, Given, OptionSpec } from './table/command.ts';
import { globalOptions } from './table/options.ts';
import { readVersion } from './version.ts';

/** Columns. */
export const widestHelp = 80;

export type Chosen = { spec: CommandSpec; given: Omit<Given, 'rest'> };

/**
 * The command table as commander knows it: of groups and commands that `words` do not name only what a list of them
 * shows, since a start costs each option that is made. `choose` is called with what the command line asks for.
 */
export function buildProgram(words: readonly string[], choose: (chosen: Chosen) => void, output: OutputConfiguration = {}): Command {
  const program = settle(new Command('destino').configureOutput({ getOutHelpWidth: helpWidth, ...output })).enablePositionalOptions()
    .description('Run one unchanged job file on any compute target.')
    .version(readVersion(), '-V, --version', 'the version')
    .usage('<command> [options]')
    .addHelpText('after', '\nStart with: destino init --example iris-js, or destino run -- COMMAND\nHelp on one command: destino run --help');
  const isShort = ({ name }: CommandSpec): boolean => !name.includes(' ');
  for (const spec of commands.filter(isShort)) addCommand(program, spec, words, choose);
  for (const { name, summary, aliases } of groups) {
    const group = settle(program.command(name)).summary(summary).description(summary);
    for (const alias of aliases ?? []) group.alias(alias);
    if (![name, ...(aliases ?? [])].some((word) => words.includes(word))) continue;
    for (const spec of commands.filter((each) => each.name.startsWith(`${name} `))) addCommand(group, spec, words, choose);
  }
  return program;
}

/** Help reads the same on every terminal that is wide enough: it is made beforehand, see `help-texts.ts`. */
function helpWidth(): number {
  return Math.min(widestHelp, process.stdout.columns ?? widestHelp);
}

function settle(command: Command): Command {
  return command.exitOverride().showSuggestionAfterError().configureOutput({ outputError: () => undefined }).helpOption('-h, --help', 'this help').helpCommand(false);
}

function addCommand(parent: Command, spec: CommandSpec, words: readonly string[], choose: (chosen: Chosen) => void): void {
  const own = spec.name.split(' ').at(-1) ?? '';
  const command = settle(parent.command(own, { hidden: spec.hidden === true })).summary(spec.summary).description(spec.summary);
  for (const alias of spec.aliases ?? []) command.alias(alias);
  // What is only listed needs no options.
  if (![own, ...(spec.aliases ?? [])].some((word) => words.includes(word))) return;
  for (const argument of spec.arguments ?? []) command.argument(argumentText(argument), argument.summary);
  for (const option of [...(spec.options ?? []), ...ownGlobals(spec)]) command.addOption(optionOf(option));
  if (spec.rest !== undefined) command.usage(`${usageOf(spec)} [-- ${spec.rest}]`);
  if (spec.examples !== undefined) command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`);
  command.action((...values: unknown[]) => {
    const named = (spec.arguments ?? []).map(({ name }, index) => [name, values[index] as string | string[] | undefined] as const);
    choose({ spec, given: { arguments: Object.fromEntries(named), options: command.opts() } });
  });
}

/** The options of every command, less those whose flags the command uses itself. */
export function ownGlobals(spec: CommandSpec): OptionSpec[] {
  const taken = new Set((spec.options ?? []).flatMap(({ flags }) => flags.split(/[\s,]+/).filter((word) => word.startsWith('-'))));
  return globalOptions.filter(({ flags }) => !flags.split(/[\s,]+/).some((word) => taken.has(word)));
}

export function argumentText({ name, optional, many }: ArgumentSpec): string {
  const text = many === true ? `${name}...` : name;
  return optional === true ? `[${text}]` : `<${text}>`;
}

export function usageOf(spec: CommandSpec): string {
  return ['[options]', ...(spec.arguments ?? []).map(argumentText)].join(' ');
}

function optionOf({ flags, summary, many, choices }: OptionSpec): Option {
  const option = new Option(flags, summary);
  if (choices !== undefined) option.choices([...choices]);
  if (many === true) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return option;
}
