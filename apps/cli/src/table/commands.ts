import type { CommandSpec, GroupSpec } from './command.ts';
import { jobCommands } from './job-commands.ts';
import { otherCommands } from './other-commands.ts';
import { shortCommands } from './short-commands.ts';

export const groups: readonly GroupSpec[] = [
  { name: 'job', summary: 'list, show, logs, wait, cancel, retry, download …', aliases: ['jobs'] },
  { name: 'target', summary: 'list, show, probe, attach, detach', aliases: ['targets', 'compute'] },
  { name: 'secret', summary: 'set, list, delete' },
  { name: 'workspace', summary: 'list, show' },
  { name: 'driver', summary: 'list, verify' },
  { name: 'config', summary: 'list' },
  { name: 'dev', summary: 'azure' },
];

/** Every command there is: the source of the program, of docs/cli.md and of completion. */
export const commands: readonly CommandSpec[] = [...shortCommands, ...jobCommands, ...otherCommands];
