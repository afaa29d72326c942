import type { CommandSpec, GroupSpec } from './command.ts';
import { jobCommands } from './job-commands.ts';
import { otherCommands } from './other-commands.ts';
import { servingCommands, shortServingCommands } from './serving-commands.ts';
import { shortCommands } from './short-commands.ts';

export const groups: readonly GroupSpec[] = [
  { name: 'job', summary: 'list, show, logs, wait, cancel, retry, download …', aliases: ['jobs'] },
  { name: 'target', summary: 'list, show, probe, attach, detach', aliases: ['targets', 'compute'] },
  { name: 'endpoint', summary: 'create, list, show, traffic, history, rollback, keys, invoke …', aliases: ['endpoints', 'online-endpoint'] },
  { name: 'deployment', summary: 'create, list, show, logs, scale, delete', aliases: ['deployments', 'online-deployment'] },
  { name: 'model', summary: 'register, list, show, download, delete', aliases: ['models'] },
  { name: 'secret', summary: 'set, list, delete' },
  { name: 'workspace', summary: 'list, show' },
  { name: 'driver', summary: 'list, verify, new' },
  { name: 'plugin', summary: 'add, list, remove', aliases: ['plugins'] },
  { name: 'config', summary: 'list' },
  { name: 'dev', summary: 'azure' },
];

/** Every command there is: the source of the program, of docs/cli.md and of completion. */
export const commands: readonly CommandSpec[] = [...shortCommands.slice(0, 1), ...shortServingCommands, ...shortCommands.slice(1), ...jobCommands, ...servingCommands, ...otherCommands];
