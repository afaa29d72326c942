import type { CommandContext } from '../command-context.ts';

/** An option as commander writes it, with the words of `--help` and of docs/cli.md. */
export type OptionSpec = {
  /** `-t, --target <names>`; `<…>` takes a value, none is a switch. */
  flags: string;
  summary: string;
  /** May be given several times; its values are a list. */
  many?: boolean;
  /** The values that it takes. */
  choices?: readonly string[];
};

export type ArgumentSpec = { name: string; summary: string; optional?: boolean; many?: boolean };

/** What a command got: its arguments by name, its options by their long name in camel case. */
export type Given = { arguments: Readonly<Record<string, string | string[] | undefined>>; options: Readonly<Record<string, unknown>>; rest: readonly string[] };

/** Runs a command; answers the exit code, by default 0. */
export type Run = (context: CommandContext, given: Given) => Promise<number | void>;

export type CommandSpec = {
  /** Words as typed: `job list`. */
  name: string;
  summary: string;
  /** Further words that mean the same. */
  aliases?: readonly string[];
  arguments?: readonly ArgumentSpec[];
  options?: readonly OptionSpec[];
  /** Takes words after `--`, named so in help. */
  rest?: string;
  /** Lines of help below the options. */
  examples?: readonly string[];
  hidden?: boolean;
  load: () => Promise<{ run: Run }>;
};

export type GroupSpec = { name: string; summary: string; aliases?: readonly string[] };
