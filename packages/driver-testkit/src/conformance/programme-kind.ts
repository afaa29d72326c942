/** What a check needs a job to do. `shellCommand` says the same in POSIX shell, for targets that run one. */
export type JobProgramme =
  /** Prints `line 1` and ends with 0. */
  | { does: 'succeeds' }
  /** Prints `line 1` and ends with this code. */
  | { does: 'fails'; exitCode: number }
  /** Prints `line 1` to `line N` to stdout, one every `everyMs`, and ends with 0. */
  | { does: 'prints'; lines: number; everyMs?: number }
  /** Prints `line 1`, goes on for so long, ends with 0. */
  | { does: 'sleeps'; ms: number }
  /** Prints `line 1`, ignores SIGTERM, goes on for ten minutes. */
  | { does: 'ignores-term' }
  /** A child in the background, in a session of its own where the target has `setsid`, prints `child` for ten minutes. */
  | { does: 'has-child'; /** Neither of the two heeds SIGTERM. */ ignoresTerm?: boolean }
  /** On so many nodes: each prints its rank; `failing` ends with 3 at once while the others would go on for ten minutes. */
  | { does: 'gang'; nodes: number; failing?: number }
  /** Prints `length N`, N being the length of the secret that it gets in the variable `PLANTED`. */
  | { does: 'reads-secret'; secret: string }
  /** Writes `text` into `outputs/result.txt` and ends with 0. */
  | { does: 'leaves-output'; text: string };

const tenMinutes = 600;

/** A shell command that keeps a programme's promise; a gang's nodes are told apart by `$NODE_RANK`. */
export function shellCommand(programme: JobProgramme): string {
  switch (programme.does) {
    case 'succeeds':
      return 'echo line 1';
    case 'fails':
      return `echo line 1; exit ${programme.exitCode}`;
    case 'prints':
      return `i=1; while [ $i -le ${programme.lines} ]; do echo line $i; i=$((i+1)); ${programme.everyMs === undefined ? ':' : `sleep ${programme.everyMs / 1000}`}; done`;
    case 'sleeps':
      return `echo line 1; sleep ${programme.ms / 1000}`;
    case 'ignores-term':
      return `trap '' TERM; echo line 1; i=0; while [ $i -lt ${tenMinutes} ]; do sleep 1; i=$((i+1)); done`;
    case 'has-child':
      return `${programme.ignoresTerm === true ? "trap '' TERM; " : ''}$(command -v setsid) sh -c 'i=0; while [ $i -lt ${tenMinutes} ]; do echo child; sleep 1; i=$((i+1)); done' & wait`;
    case 'gang':
      return `echo rank $NODE_RANK; ${programme.failing === undefined ? ':' : `if [ "$NODE_RANK" = ${programme.failing} ]; then exit 3; fi; sleep ${tenMinutes}`}`;
    case 'reads-secret':
      return 'echo length ${#PLANTED}';
    case 'leaves-output':
      return `mkdir -p outputs && printf %s '${programme.text}' > outputs/result.txt`;
    default:
      return programme satisfies never;
  }
}
