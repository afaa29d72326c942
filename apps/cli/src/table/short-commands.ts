import type { CommandSpec } from './command.ts';
import { file, filters, overrides, target } from './options.ts';

const name = { name: 'name', summary: 'a job by name, or a beginning of it; the last one when none is named', optional: true } as const;

export const runOptions = [
  target,
  ...overrides,
  { flags: '-n, --name <name>', summary: 'the name; the same name with the same content is the same job' },
  { flags: '-d, --detach', summary: 'return as soon as the background agent looks after it' },
  { flags: '--in-place', summary: 'run in the folder itself, without a copy; on this machine only' },
  { flags: '--env <how>', summary: 'realise the environment so: host, venv, docker or image:REF' },
  { flags: '--on-exit <what>', summary: 'at SIGTERM, and at SIGINT without a terminal (default detach)', choices: ['detach', 'cancel'] },
  { flags: '--exit-code <whose>', summary: "pass: end with the job's own exit code", choices: ['pass'] },
  file,
] as const;

/** The one-word commands, the commonest first. */
export const shortCommands: readonly CommandSpec[] = [
  {
    name: 'run',
    summary: 'run a job file, or a command, on a target, and follow it',
    arguments: [{ name: 'file', summary: 'a job in Azure ML YAML', optional: true }],
    options: runOptions,
    rest: 'COMMAND…',
    examples: ['destino run job.yml', 'destino run job.yml --target gpu1,local --set inputs.epochs=3', 'destino run -- python train.py --lr 0.1', "destino run -- bash -c 'make && ./train'"],
    load: () => import('../commands/run.ts'),
  },
  { name: 'ps', summary: 'what is at work', options: [{ flags: '-a, --all', summary: 'the last finished jobs, too' }, ...filters], load: () => import('../commands/ps.ts') },
  {
    name: 'logs',
    summary: 'the log of a job',
    arguments: [name],
    options: [
      { flags: '-f, --follow', summary: 'go on until the job has ended' },
      { flags: '--attempt <number>', summary: 'only this attempt' },
      { flags: '--stream <stream>', summary: 'only this stream', choices: ['stdout', 'stderr'] },
    ],
    load: () => import('../commands/logs.ts'),
  },
  { name: 'agent', summary: 'hosts the background agent', hidden: true, load: () => import('../commands/agent.ts') },
];
