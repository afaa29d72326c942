import type { CommandSpec, OptionSpec } from './command.ts';
import { file, filters, jobName, overrides, target, yes } from './options.ts';

const runOptions: readonly OptionSpec[] = [
  target,
  ...overrides,
  { flags: '-n, --name <name>', summary: 'the name; the same name with the same content is the same job' },
  { flags: '-d, --detach', summary: 'return as soon as the background agent looks after it' },
  { flags: '--in-place', summary: 'run in the folder itself, without a copy; on this machine only' },
  { flags: '--env <how>', summary: 'realise the environment so: host, venv, docker or image:REF' },
  { flags: '--env-relaxed', summary: 'go without packages, and with another Python, where they cannot be had' },
  { flags: '--on-exit <what>', summary: 'at SIGTERM, and at SIGINT without a terminal (default detach)', choices: ['detach', 'cancel'] },
  { flags: '--exit-code <whose>', summary: "end with the job's own exit code", choices: ['pass'] },
  file,
];

export const runCommand: CommandSpec = {
  name: 'run',
  summary: 'run a job file, or a command, on a target, and follow it',
  arguments: [{ name: 'file', summary: 'a job in Azure ML YAML', optional: true }],
  options: runOptions,
  rest: 'COMMAND…',
  examples: ['destino run job.yml', 'destino run job.yml --target gpu1,local --set inputs.epochs=3', 'destino run -- python train.py --lr 0.1', "destino run -- bash -c 'make && ./train'"],
  load: () => import('../commands/run.ts'),
};

export const logsCommand: CommandSpec = {
  name: 'logs',
  summary: 'the log of a job',
  arguments: [jobName],
  options: [
    { flags: '-f, --follow', summary: 'go on until the job has ended' },
    { flags: '--attempt <number>', summary: 'only this attempt' },
    { flags: '--stream <stream>', summary: 'only this stream', choices: ['stdout', 'stderr'] },
  ],
  load: () => import('../commands/logs.ts'),
};

export const whyCommand: CommandSpec = { name: 'why', summary: 'why a job waits, moved, was retried, failed or was refused', arguments: [jobName], load: () => import('../commands/why.ts') };

/** The one-word commands, the commonest first. */
export const shortCommands: readonly CommandSpec[] = [
  runCommand,
  { name: 'ps', summary: 'what is at work', options: [{ flags: '-a, --all', summary: 'the last finished jobs, too' }, ...filters], load: () => import('../commands/ps.ts') },
  logsCommand,
  whyCommand,
  { name: 'stop', summary: 'end a job or a service', arguments: [{ ...jobName, summary: 'a job or a service; the last job when none is named' }], load: () => import('../commands/stop.ts') },
  {
    name: 'init',
    summary: 'make a workspace here, with an example if asked',
    options: [{ flags: '--example <name>', summary: 'its files, too', choices: ['iris-js', 'iris-python'] }],
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'check',
    summary: 'say whether a file would run, and on which targets',
    arguments: [{ name: 'file', summary: 'a file of any kind that Destino reads', optional: true }],
    options: [
      { flags: '-t, --target <names>', summary: 'targets with commas between, or all' },
      ...overrides,
      { flags: '--strict', summary: 'a warning, or a target not looked at yet, is an error' },
      { flags: '--online', summary: 'ask the targets themselves, too' },
      file,
    ],
    load: () => import('../commands/check.ts'),
  },
  {
    name: 'schema',
    summary: 'the JSON Schema of a kind of file, or of what --json prints (cli)',
    arguments: [{ name: 'kind', summary: 'job, target, workspace, environment …, or cli' }],
    options: [{ flags: '--kind <driver>', summary: "with target: the config of this driver's targets" }],
    load: () => import('../commands/schema.ts'),
  },
  { name: 'doctor', summary: 'look at everything that jobs here depend on', load: () => import('../commands/doctor.ts') },
  {
    name: 'prune',
    summary: 'remove what nobody owns, and what is older than its keeping time',
    options: [{ flags: '-t, --target <name>', summary: 'only this target' }, { flags: '--dry-run', summary: 'only list' }, yes],
    load: () => import('../commands/prune.ts'),
  },
  { name: 'completion', summary: 'a script that completes commands in the shell', arguments: [{ name: 'shell', summary: 'bash, zsh or fish' }], load: () => import('../commands/completion.ts') },
  { name: 'agent', summary: 'hosts the background agent', hidden: true, load: () => import('../commands/agent.ts') },
];
