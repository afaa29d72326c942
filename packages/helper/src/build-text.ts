import { quoteShell } from './quote-shell.ts';

export type Python = { program: string; version: string };

/** What brings a Python that is not on the machine, in the order in which it is asked. */
export const makers = ['uv', 'micromamba', 'conda'] as const;
export type Maker = (typeof makers)[number];

/** By what a virtual environment is made. */
export type MakerChoice =
  | { tool: 'venv'; python: Python; note?: string }
  /** `python` absent: the tool brings one that `wanted` admits. */
  | { tool: Maker; program: string; python?: Python; wanted?: string; note?: string };

/** Requirements and option lines as pip reads them from a file. */
export type Wanted = { requirements: readonly string[]; relaxed: boolean };

const isOption = (line: string): boolean => line.startsWith('-');

/**
 * The shell text that makes the environment in the folder given as its first argument. Variables that would lead the
 * tools to other installations are left out.
 */
export function buildText(choice: MakerChoice, { requirements, relaxed }: Wanted, folder: string): string {
  const list = `${folder}/requirements.txt`;
  const install = installText(choice, list);
  const packages = requirements.filter((line) => !isOption(line));
  const lines = ['set -u', 'unset PYTHONHOME PYTHONPATH VIRTUAL_ENV CONDA_PREFIX PIP_USER PIP_TARGET PIP_PREFIX', `${createText(choice)} || exit 1`];
  if (choice.note !== undefined) lines.push(`printf '%s\\n' ${quoteShell(choice.note)} >>"$1/left-out"`);
  if (packages.length === 0) return `${lines.join('\n')}\n`;
  if (!relaxed) return `${[...lines, `exec ${install}`].join('\n')}\n`;
  return `${[...lines, `${install} && exit 0`, ...packages.flatMap((line) => oneByOne(line, requirements.filter(isOption), install, list))].join('\n')}\n`;
}

function oneByOne(line: string, options: readonly string[], install: string, list: string): string[] {
  const words = quoteShell(`warning: left out of its environment: ${line} (--env-relaxed)`);
  return [`printf '%s\\n' ${[...options, line].map((each) => quoteShell(each)).join(' ')} >${quoteShell(list)}`, `${install} || printf '%s\\n' ${words} >>"$1/left-out"`];
}

function createText(choice: MakerChoice): string {
  if (choice.tool === 'venv') return `${quoteShell(choice.python.program)} -m venv "$1"`;
  const program = quoteShell(choice.program);
  if (choice.tool === 'uv') {
    const python = choice.python?.program ?? choice.wanted;
    return `${program} venv --quiet --seed${python === undefined ? '' : ` --python ${quoteShell(python)}`} "$1"`;
  }
  const python = quoteShell(`python${choice.wanted ?? ''}`);
  return `${program} create --yes --quiet --override-channels --channel conda-forge --prefix "$1" ${python} pip`;
}

function installText(choice: MakerChoice, list: string): string {
  if (choice.tool === 'uv') return `${quoteShell(choice.program)} pip install --python "$1/bin/python" --requirements ${quoteShell(list)}`;
  return `"$1/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off --requirement ${quoteShell(list)}`;
}
