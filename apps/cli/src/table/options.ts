import type { ArgumentSpec, OptionSpec } from './command.ts';

/** Options of every command. */
export const globalOptions: readonly OptionSpec[] = [
  { flags: '--json', summary: 'one JSON object, or one a line; everything else goes to standard error' },
  { flags: '-w, --workspace <name>', summary: 'a workspace by name, or the folder of a destino.yaml' },
  { flags: '-q, --quiet', summary: 'names and errors only' },
  { flags: '--no-color', summary: 'no colours; so does NO_COLOR' },
  { flags: '--debug', summary: 'causes of errors, and what goes on inside, on standard error' },
  { flags: '-o, --output <format>', summary: 'how results are printed', choices: ['table', 'json', 'name'] },
];

export const target: OptionSpec = { flags: '-t, --target <names>', summary: 'targets in order of preference, with commas between' };
export const yes: OptionSpec = { flags: '-y, --yes', summary: 'do not ask' };
export const user: OptionSpec = { flags: '--user', summary: 'for yourself in all workspaces, not for this one' };
export const file: OptionSpec = { flags: '-f, --file <file>', summary: 'the file, as az takes it' };
export const overrides: readonly OptionSpec[] = [
  { flags: '--set <path=value>', summary: 'changes a field of the file, as resources.instance_count=2', many: true },
  { flags: '--input <name=value>', summary: 'gives an input its value or path', many: true },
  { flags: '--var <NAME=value>', summary: 'fills {{NAME}} in the file', many: true },
];
export const filters: readonly OptionSpec[] = [
  { flags: '--state <states>', summary: 'only jobs in these states, with commas between' },
  { flags: '-t, --target <name>', summary: 'only jobs on this target' },
  { flags: '--tag <key=value>', summary: 'only jobs with this tag', many: true },
  { flags: '--mine', summary: 'only jobs that you made' },
];

export const jobName: ArgumentSpec = { name: 'name', summary: 'a job by name, or a beginning of it; the last one when none is named', optional: true };
