import { Command, Option } from 'commander';
import { commands, groups } from './table/commands.ts';
import type { ArgumentSpec, CommandSpec, Given, OptionSpec } from './table/command.ts';
import { globalOptions } from './table/options.ts';
import { readVersion } from './version.ts';

export type Chosen = { spec: CommandSpec; given: Omit<Given, 'rest'> };

/**
 * The command table as commander knows it: of groups that `words` do not name, only the group itself, since a start
 * costs each command that is made. `choose` is called with what the command line asks for.
 */
export function buildProgram(words: readonly string[], choose: (chosen: Chosen) => void): Command {
  const program = settle(new Command('destino'))
    .description('Run one unchanged job file on any compute target.')
    .version(readVersion(), '-V, --version', 'the version')
    .usage('<command> [options]')
    .addHelpText('after', '\nStart with: destino init --example iris-js, or destino run -- COMMAND\nHelp on one command: destino run --help');
  const parents = new Map<string, Command>();
  for (const { name, summary, aliases } of groups) {
    const group = settle(program.command(name)).summary(summary).description(summary);
    for (const alias of aliases ?? []) group.alias(alias);
    parents.set(name, group);
  }
  const named = groups.filter(({ name, aliases }) => words.includes(name) || aliases?.some((alias) => words.includes(alias)) === true).map(({ name }) => name);
  for (const spec of commands.filter(({ name }) => !name.includes(' ') || named.includes(name.split(' ')[0] ?? ''))) addCommand(program, parents, spec, choose);
  return program;
}

function settle(command: Command): Command {
  return command.exitOverride().showSuggestionAfterError().configureOutput({ outputError: () => undefined }).helpOption('-h, --help', 'this help').helpCommand(false);
}

function addCommand(program: Command, parents: ReadonlyMap<string, Command>, spec: CommandSpec, choose: (chosen: Chosen) => void): void {
  const words = spec.name.split(' ');
  const parent = words.length > 1 ? (parents.get(words[0] ?? '') ?? program) : program;
  const command = settle(parent.command(words.at(-1) ?? '', { hidden: spec.hidden === true })).summary(spec.summary).description(spec.summary);
  for (const alias of spec.aliases ?? []) command.alias(alias);
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
