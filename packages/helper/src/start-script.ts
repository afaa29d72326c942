import { quoteShell } from './quote-shell.ts';

export type StartScript = {
  /** The folder the command starts in. */
  folder: string;
  /** The whole environment of the command; what is not named is not there. */
  variables: Readonly<Record<string, string>>;
  /** The program and its arguments. */
  command: readonly string[];
  /** Shell lines between the variables and the command, as they stand; each must end in a line break. */
  prologue?: string;
  /** Absent: no limit. Milliseconds. */
  timeoutMs?: number;
  /** From TERM to KILL at the time-out. Milliseconds. */
  graceMs: number;
};

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Names that shells keep for themselves: an assignment would fail, be ignored or change how the script is read. */
const shellsOwn = /^(IFS|PPID|LINENO|OPTIND|OPTARG|OPTERR|PS[0-9]|_|U?ID|EUID|GROUPS|ENV|RANDOM|SECONDS|HIST.*|FUNCNAME|SHELLOPTS|BASH.*|DIRSTACK|PWD|OLDPWD|destino_.*)$/;

/** True for a variable whose value never stands on a command line, not even for an instant. */
export function isPlainVariable(name: string): boolean {
  return identifier.test(name) && !shellsOwn.test(name);
}

/**
 * What the helper sources in the job's own process. Variables with names that no shell can assign are handed over by
 * `env`, whose command line shows them until the command begins: refuse secrets under such names (`isPlainVariable`).
 */
export function startScript(start: StartScript): string {
  const names = Object.keys(start.variables).filter((name) => name !== '' && !name.includes('='));
  const plain = names.filter(isPlainVariable);
  const odd = names.filter((name) => !isPlainVariable(name));
  const exports = plain.map((name) => `export ${name}=${quoteShell(start.variables[name] ?? '')}\n`);
  const through = odd.length === 0 ? [] : ['env', ...odd.map((name) => `${name}=${start.variables[name] ?? ''}`)];
  const timeout = start.timeoutMs === undefined ? '-' : seconds(start.timeoutMs);
  return [
    `# 1 ${timeout} ${Math.round(start.graceMs)}\n`,
    'unset DESTINO_ROOT DESTINO_TICK_S DESTINO_PROC\n',
    ...exports,
    `cd -- ${quoteShell(start.folder)} || fail_setup 'the job folder is gone'\n`,
    start.prologue ?? '',
    `launch ${[...through, ...start.command].map(quoteShell).join(' ')}\n`,
  ].join('');
}

function seconds(milliseconds: number): string {
  return String(Math.ceil(milliseconds / 10) / 100);
}
