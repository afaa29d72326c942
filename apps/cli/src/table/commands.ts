import type { CommandSpec, GroupSpec } from './command.ts';
import { jobCommands } from './job-commands.ts';
import { shortCommands } from './short-commands.ts';

export const groups: readonly GroupSpec[] = [
  { name: 'job', summary: 'jobs: list, show, logs, wait, cancel, retry, download …', aliases: ['jobs'] },
];

/** Every command there is: the source of the program, of docs/cli.md and of completion. */
export const commands: readonly CommandSpec[] = [...shortCommands, ...jobCommands];
