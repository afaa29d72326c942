import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import type { CallOptions } from '@destino/core/driver';
import type { Environment } from '@destino/core/model';
import { buildText, quoteShell, type MakerChoice } from '@destino/helper';
import type { JobFiles } from '../layout.ts';
import { chooseMaker } from './choose-maker.ts';
import { findPythons } from './find-pythons.ts';

type Venv = Extract<Environment, { kind: 'venv' }>;
type Around = { key: string; files: JobFiles; root: string; script: string; path: string };

/**
 * Writes how the job's virtual environment is made, and answers the shell lines by which its process gets it: built by
 * the first job that wants it, on this machine, whoever has started it. What cannot be had ends the job as `setup`.
 */
export async function prepareVenv(venv: Venv, { key, files, root, script, path }: Around, options: CallOptions): Promise<string> {
  const choice = chooseMaker(venv, await findPythons(path, options), path);
  if ('refusal' in choice) return `fail_setup ${quoteShell(choice.refusal)}\n`;
  const relaxed = venv.relaxed === true;
  await writeFile(join(files.folder, 'requirements.txt'), venv.requirements.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  await writeFile(join(files.folder, 'build'), buildText(choice, { requirements: venv.requirements, relaxed }, files.folder), { mode: 0o600 });
  const name = environmentName(venv, choice);
  return [
    `destino_venv=$(DESTINO_ROOT=${quoteShell(root)} /bin/sh ${quoteShell(script)} environment ${key} ${name}) || {\n`,
    '[ -e "$destino_job/setup" ] || fail_setup "the building of its environment was ended; try again"\nexit 96\n}\n',
    'export VIRTUAL_ENV="$destino_venv" PATH="$destino_venv/bin:$PATH"\n',
    'unset PYTHONHOME CONDA_PREFIX CONDA_DEFAULT_ENV\n',
  ].join('');
}

/** The same list, Python, tool and platform are the same environment, for all jobs and workspaces of the account. */
function environmentName(venv: Venv, choice: MakerChoice): string {
  const python = choice.python ?? { program: '', version: choice.tool === 'venv' ? '' : (choice.wanted ?? '') };
  const parts = [venv.requirements, venv.relaxed === true, choice.note ?? '', python.program, python.version, choice.tool, platform(), arch()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
