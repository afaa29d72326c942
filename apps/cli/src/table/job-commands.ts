import type { CommandSpec } from './command.ts';
import { filters } from './options.ts';
import { shortCommands } from './short-commands.ts';

const name = { name: 'name', summary: 'a job by name, or a beginning of it; the last one when none is named', optional: true } as const;
const logs = shortCommands.find((spec) => spec.name === 'logs');

export const jobCommands: readonly CommandSpec[] = [
  { name: 'job list', aliases: ['ls', 'get'], summary: 'the newest jobs', options: [...filters, { flags: '--limit <count>', summary: 'at most this many (default 50)' }], load: () => import('../commands/job-list.ts') },
  { name: 'job show', aliases: ['describe'], summary: 'everything about a job', arguments: [name], load: () => import('../commands/job-show.ts') },
  ...(logs === undefined ? [] : [{ ...logs, name: 'job logs', aliases: ['get-logs'] }]),
];
