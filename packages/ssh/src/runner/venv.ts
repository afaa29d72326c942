import { createHash } from 'node:crypto';
import type { Environment } from '@destino/core/model';
import { admitsPython, buildText, makers, quoteShell, type MakerChoice, type Python } from '@destino/helper';
import type { Hello } from '../far/far-side.ts';
import { farScript } from '../far-script.ts';
import type { JobPaths } from './job-paths.ts';

/** What a probe finds on the machine that environments are made with. */
export type MachineTools = { pythons: readonly Python[]; programs: ReadonlyMap<string, string>; system: string; architecture: string; uid: string; gid: string };

type Venv = Extract<Environment, { kind: 'venv' }>;
type Wish = { job: { environment: Environment }; key: string; hello: Hello; tools?: MachineTools };

/** The shell lines by which a job gets its virtual environment, built there by the first job that wants it. */
export function venvPrologue({ job: { environment }, key, hello, tools }: Wish, paths: JobPaths): { prologue: string; files: { path: string; mode: number; bytes: string }[] } {
  if (environment.kind !== 'venv' || tools === undefined) return { prologue: '', files: [] };
  const choice = chooseMaker(environment, tools);
  if ('refusal' in choice) return { prologue: `fail_setup ${quoteShell(choice.refusal)}\n`, files: [] };
  const script = `${hello.root}/bin/helper-${farScript().helper.hash}.sh`;
  const name = environmentName(environment, choice, tools);
  const prologue = [
    `destino_venv=$(DESTINO_ROOT=${quoteShell(hello.root)} /bin/sh ${quoteShell(script)} environment ${key} ${name}) || {\n`,
    '[ -e "$destino_job/setup" ] || fail_setup "the building of its environment was ended; try again"\nexit 96\n}\n',
    'export VIRTUAL_ENV="$destino_venv" PATH="$destino_venv/bin:$PATH"\n',
    'unset PYTHONHOME CONDA_PREFIX CONDA_DEFAULT_ENV\n',
  ].join('');
  const wanted = { requirements: environment.requirements, relaxed: environment.relaxed === true };
  return {
    prologue,
    files: [
      { path: 'requirements.txt', mode: 0o600, bytes: environment.requirements.map((line) => `${line}\n`).join('') },
      { path: 'build', mode: 0o600, bytes: buildText(choice, wanted, paths.folder) },
    ],
  };
}

function chooseMaker(wish: Venv, { pythons, programs }: MachineTools): MakerChoice | { refusal: string } {
  const python = pythons.find(({ version }) => wish.python === undefined || admitsPython(wish.python, version));
  const wanted = wish.python === undefined ? {} : { wanted: wish.python };
  const uv = programs.get('uv');
  if (uv !== undefined) return { tool: 'uv', program: uv, ...(python !== undefined && { python }), ...wanted };
  if (python !== undefined) return { tool: 'venv', python };
  for (const tool of makers) {
    const program = programs.get(tool);
    if (program !== undefined) return { tool, program, ...wanted };
  }
  const [first] = pythons;
  if (first === undefined) return { refusal: 'it wants a virtual environment, and there is no python3 on the machine; install python3 and python3-venv there, or uv' };
  if (wish.relaxed === true) return { tool: 'venv', python: first, note: `warning: it wants Python ${wish.python ?? ''}, and gets ${first.version} (--env-relaxed)` };
  return { refusal: `it wants Python ${wish.python ?? ''}, and the machine has ${pythons.map(({ version }) => version).join(', ')}; install that version there, or uv, which brings any; or accept ${first.version}: --env-relaxed` };
}

/** The same list, Python, tool and platform are the same environment, for all jobs and workspaces of the account. */
function environmentName(venv: Venv, choice: MakerChoice, { system, architecture }: MachineTools): string {
  const python = choice.python ?? { program: '', version: choice.tool === 'venv' ? '' : (choice.wanted ?? '') };
  const parts = [venv.requirements, venv.relaxed === true, choice.note ?? '', python.program, python.version, choice.tool, system, architecture];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
