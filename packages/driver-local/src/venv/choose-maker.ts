import { admitsPython, type MakerChoice, type Python } from '@destino/helper';
import { findProgram } from '../interpreters.ts';

export type VenvWish = { python?: string | undefined; relaxed?: boolean | undefined };

/** How the virtual environment is made here, or in words why it cannot be. */
export function chooseMaker(wish: VenvWish, pythons: readonly Python[], path: string): MakerChoice | { refusal: string } {
  const python = pythons.find(({ version }) => wish.python === undefined || admitsPython(wish.python, version));
  const wanted = wish.python === undefined ? {} : { wanted: wish.python };
  const uv = findProgram('uv', path);
  if (uv !== undefined) return { tool: 'uv', program: uv, ...(python !== undefined && { python }), ...wanted };
  if (python !== undefined) return { tool: 'venv', python };
  for (const tool of ['micromamba', 'conda'] as const) {
    const program = findProgram(tool, path);
    if (program !== undefined) return { tool, program, ...wanted };
  }
  const [first] = pythons;
  const refusal = noPython(wish.python, pythons.map(({ version }) => version));
  if (wish.relaxed !== true || first === undefined) return { refusal };
  return { tool: 'venv', python: first, note: `warning: it wants Python ${wish.python ?? ''}, and gets ${first.version} (--env-relaxed)` };
}

/** Names what is wanted, what is here, and what would help. */
export function noPython(wanted: string | undefined, versions: readonly string[]): string {
  if (versions.length === 0) return 'it wants a virtual environment, and there is no python3 here; install python3 and python3-venv, or uv';
  return `it wants Python ${wanted ?? ''}, and this machine has ${versions.join(', ')}; install that version, or uv, which brings any; or accept ${versions[0] ?? ''}: --env-relaxed`;
}
