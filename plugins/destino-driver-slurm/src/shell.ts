import type { CallOptions } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { quoteShell } from '@destino/helper';
import type { SlurmConfig } from './config.ts';
import { mapFailure } from './map-error.ts';
import { runProgram, type Outcome, type ProgramInput } from './program.ts';
import { openSsh } from './ssh.ts';

/** One command on the login node: what it is for, and the key of the job that it concerns. */
export type CommandCall = { op: string; key?: string };

/** Stands around every command; a test breaks commands by it, before and after their effect. */
export type Around = <T>(call: CommandCall, effect: () => Promise<T>, options: CallOptions) => Promise<T>;

export type ShellOptions = CallOptions & {
  /** The script's `$1`, `$2`, …. */
  words?: readonly string[];
  /** What the script reads. Default: nothing. */
  input?: ProgramInput;
};

/** Runs POSIX shell text on the login node. */
export interface Shell extends AsyncDisposable {
  /** What the script printed. @throws what `mapFailure` makes of an end other than 0. */
  run(call: CommandCall, script: string, options?: ShellOptions): Promise<Buffer>;
}

/** How a script is brought to the login node: the program and its arguments. */
export type Carrier = { wrap(command: string): readonly [program: string, ...words: string[]]; close(): Promise<void> };

const here: Carrier = { wrap: (command) => ['/bin/sh', '-c', command], close: async () => undefined };

export function openShell(config: SlurmConfig, around: Around): Shell {
  const carrier = config.host === undefined ? here : openSsh(config.host, config.sshOptions);
  const prelude = preludeOf(config);
  return {
    run: async (call, script, { words = [], input, ...options } = {}) => {
      if (options.signal?.aborted === true) throw new DestinoError('aborted', 'the call was stopped', { cause: options.signal.reason });
      const [program, ...rest] = carrier.wrap(`exec /bin/sh -c ${[`${prelude}${script}`, 'sh', ...words].map(quoteWord).join(' ')}`);
      const effect = async (): Promise<Outcome> => await runProgram(program, rest, { ...options, ...(input !== undefined && { input }) });
      const outcome = await around(call, effect, options);
      if (outcome.code !== 0) throw mapFailure(call.op, outcome, config.host);
      return outcome.stdout;
    },
    [Symbol.asyncDispose]: () => carrier.close(),
  };
}

function quoteWord(word: string): string {
  return word === '' ? "''" : quoteShell(word);
}

/** Slurm's commands as they are by default, whatever the account's own variables say of formats and filters. */
function preludeOf({ slurmConf, binFolder, folder }: SlurmConfig): string {
  return [
    'unset SQUEUE_STATES SQUEUE_FORMAT SQUEUE_PARTITION SQUEUE_SORT SQUEUE_ALL SQUEUE_USERS SACCT_FORMAT SINFO_FORMAT SINFO_PARTITION',
    "for name in $(env | sed -n 's/^\\(SBATCH_[A-Z_]*\\)=.*/\\1/p'); do unset \"$name\"; done",
    "export LC_ALL=C SLURM_TIME_FORMAT='%Y-%m-%dT%H:%M:%S%z'",
    ...(slurmConf === undefined ? [] : [`export SLURM_CONF=${quoteShell(slurmConf)}`]),
    ...(binFolder === undefined ? [] : [`PATH=${quoteShell(binFolder)}:$PATH`]),
    `root=${quoteShell(folder)}`,
    'me=$(id -un)',
    '',
  ].join('\n');
}
