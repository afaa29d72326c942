import type { CommandSpec } from './command.ts';
import { filters, jobName, target, yes } from './options.ts';
import { logsCommand, runCommand, whyCommand } from './short-commands.ts';

export const jobCommands: readonly CommandSpec[] = [
  { name: 'job list', aliases: ['ls', 'get'], summary: 'the newest jobs', options: [...filters, { flags: '--limit <count>', summary: 'at most this many (default 50)' }], load: () => import('../commands/job-list.ts') },
  { name: 'job show', aliases: ['describe'], summary: 'everything about a job', arguments: [jobName], load: () => import('../commands/job-show.ts') },
  { ...logsCommand, name: 'job logs', aliases: ['get-logs'] },
  { ...logsCommand, name: 'job stream', summary: 'as job logs --follow', hidden: true, load: () => import('../commands/job-stream.ts') },
  { ...runCommand, name: 'job create', summary: 'as run', hidden: true },
  {
    name: 'job wait',
    summary: 'wait for the end of a job, and end with its exit code',
    arguments: [jobName],
    options: [{ flags: '--timeout <time>', summary: 'at most so long, as 90s or 15m; then exit 7' }],
    load: () => import('../commands/job-wait.ts'),
  },
  {
    name: 'job cancel',
    summary: 'end jobs: by name, or all that the filters leave',
    arguments: [{ name: 'names', summary: 'jobs; the last one when neither names nor filters are given', optional: true, many: true }],
    options: [{ flags: '-a, --all', summary: 'every unfinished job' }, ...filters, { flags: '--grace <time>', summary: 'from the request to force, as 30s' }, { flags: '--no-wait', summary: 'do not wait for their end' }, yes],
    load: () => import('../commands/job-cancel.ts'),
  },
  {
    name: 'job retry',
    summary: 'run a job again as a new one, with changes if wanted',
    arguments: [jobName],
    options: [{ flags: '--set <path=value>', summary: 'changes a field of its file', many: true }, target, { flags: '-n, --name <name>', summary: 'the name of the new job' }, { flags: '-d, --detach', summary: 'return as soon as the background agent looks after it' }],
    load: () => import('../commands/job-retry.ts'),
  },
  {
    name: 'job download',
    summary: 'bring outputs into a folder here',
    arguments: [jobName, { name: 'output', summary: 'only this output', optional: true }],
    options: [{ flags: '--to <folder>', summary: 'default: a folder with the name of the job' }],
    load: () => import('../commands/job-download.ts'),
  },
  {
    name: 'job metrics',
    summary: 'what a job reported: parameters, last values, curves; of a running job so far',
    arguments: [jobName, { name: 'metrics', summary: 'only these', optional: true, many: true }],
    options: [{ flags: '--attempt <number>', summary: 'only this attempt; default the last that reported, with --json all' }, { flags: '--ascii', summary: 'draw without Unicode' }],
    load: () => import('../commands/job-metrics.ts'),
  },
  { ...whyCommand, name: 'job why' },
  {
    name: 'job diff',
    summary: 'what two jobs asked for differently',
    arguments: [{ name: 'first', summary: 'a job' }, { name: 'second', summary: 'another; the last one when not named', optional: true }],
    load: () => import('../commands/job-diff.ts'),
  },
  { name: 'job abandon', summary: 'end a job as lost that its target no longer tells about', arguments: [{ ...jobName, optional: false }], options: [yes], load: () => import('../commands/job-abandon.ts') },
];
