import { createHash } from 'node:crypto';
import type { Environment } from '@destino/core/model';
import type { FormatProblem } from '../text/problem.ts';
import { problem } from '../text/problem.ts';
import type { CondaPlan } from './conda-file.ts';
import { curatedImage, curatedSubstitute, imageSubstitute, type Substitute } from './substitute.ts';

/** What a file asks for, with the files it names already read. */
export type EnvironmentWish =
  | { kind: 'host' }
  | { kind: 'image'; image: string; conda?: { plan: CondaPlan; text: string } }
  | { kind: 'build'; folder: string; dockerfile: string }
  | { kind: 'curated'; name: string; version?: string }
  | { kind: 'registered'; name: string; version?: string; label?: string };

/** A substitute of `destino.yaml`. */
export type WorkspaceSubstitute = 'host' | { image?: string | undefined; python?: string | undefined; packages?: string[] | undefined };

export type ForcedEnvironment = 'host' | 'venv' | 'docker' | { image: string };

export type PlanOptions = {
  /** Of `destino.yaml`, by the name that files use (an image, a curated or a registered name). */
  substitutes?: Readonly<Record<string, WorkspaceSubstitute>>;
  /** `--env`. */
  force?: ForcedEnvironment | undefined;
  /** `--env-relaxed`: packages that cannot be had are warnings. */
  relaxed?: boolean;
};

/** One way to realise an environment. `needs` says what the target must have; `words` is printed and kept with the job. */
export type Candidate = {
  by: 'image' | 'build' | 'workspace' | 'shipped' | 'forced';
  needs: 'container' | 'python' | 'nothing';
  words: string;
  problems: FormatProblem[];
} & ({ environment: Environment } | { build: { folder: string; dockerfile: string } });

/** Candidates in order of preference, and the refusal when none of them is possible. */
export type EnvironmentPlan = { wish: EnvironmentWish; candidates: Candidate[]; refusal: FormatProblem };

/**
 * How an environment may be realised: the image itself, the workspace's substitute, one that Destino ships, else a
 * refusal with the command that would help. Which candidate is possible only the target can say.
 */
export function planEnvironment(wish: EnvironmentWish, options: PlanOptions = {}): EnvironmentPlan {
  const forced = options.force === undefined ? undefined : force(wish, options.force, options);
  const candidates = forced ?? [...itself(wish), ...ofWorkspace(wish, options), ...shipped(wish, options)];
  return { wish, candidates, refusal: refusal(wish, options) };
}

function itself(wish: EnvironmentWish): Candidate[] {
  const fits = { needs: 'container' as const, problems: [] as FormatProblem[] };
  switch (wish.kind) {
    case 'host':
      return [{ by: 'image', needs: 'nothing', words: 'the programs of the target', problems: [], environment: { kind: 'host' } }];
    case 'image': {
      const conda = wish.conda === undefined ? {} : { condaFile: wish.conda.text };
      const words = `image ${wish.image}${wish.conda === undefined ? '' : ' with its conda file'}`;
      return [{ by: 'image', words, ...fits, environment: { kind: 'image', image: wish.image, ...conda } }];
    }
    case 'build':
      return [{ by: 'build', words: `image built in ${wish.folder}`, ...fits, build: { folder: wish.folder, dockerfile: wish.dockerfile } }];
    case 'curated': {
      const image = curatedImage(wish.name, wish.version);
      return [{ by: 'image', words: `image ${image}`, ...fits, environment: { kind: 'image', image } }];
    }
    case 'registered':
      return [];
  }
}

function ofWorkspace(wish: EnvironmentWish, { substitutes = {}, relaxed }: PlanOptions): Candidate[] {
  const name = nameOf(wish);
  const found = name !== undefined && Object.hasOwn(substitutes, name) ? substitutes[name] : undefined;
  if (found === undefined) return [];
  const words = `substitute of the workspace for ${name}`;
  if (found === 'host') return [{ by: 'workspace', needs: 'nothing', words: `${words}: the programs of the target`, problems: [], environment: { kind: 'host' } }];
  if (found.image !== undefined) return [{ by: 'workspace', needs: 'container', words: `${words}: image ${found.image}`, problems: [], environment: { kind: 'image', image: found.image } }];
  const substitute: Substitute = { name: 'workspace', requirements: found.packages ?? [], ...(found.python !== undefined && { python: pythonSpecifier(found.python) }) };
  return [venv('workspace', words, substitute, condaOf(wish), relaxed)];
}

function shipped(wish: EnvironmentWish, { relaxed }: PlanOptions): Candidate[] {
  const substitute = wish.kind === 'curated' ? curatedSubstitute(wish.name) : wish.kind === 'image' ? imageSubstitute(wish.image) : undefined;
  if (substitute === undefined) return [];
  return [venv('shipped', `substitute for ${nameOf(wish)}`, substitute, condaOf(wish), relaxed)];
}

/** A virtual environment of the substitute's packages and the conda file's whole list, which wins about Python. */
function venv(by: Candidate['by'], words: string, substitute: Substitute, conda: CondaPlan | undefined, relaxed: boolean | undefined): Candidate {
  const requirements = [...substitute.requirements, ...(conda?.options ?? []), ...(conda?.requirements ?? [])];
  const python = conda?.python || substitute.python;
  const problems = (conda?.unavailable ?? []).map((each) => (relaxed === true ? { ...each, severity: 'warning' as const } : each));
  if (requirements.length === 0) return { by, needs: 'python', words: `${words}: Python ${python ?? 'of the target'}`, problems, environment: python === undefined ? { kind: 'host' } : venvOf([], python, relaxed) };
  return { by, needs: 'python', words: `${words}: a virtual environment with ${requirements.filter((line) => !line.startsWith('-')).length} packages${python === undefined ? '' : `, Python ${python}`}`, problems, environment: venvOf(requirements, python, relaxed) };
}

function venvOf(requirements: string[], python: string | undefined, relaxed: boolean | undefined): Environment {
  const hash = createHash('sha256').update(JSON.stringify([python ?? null, requirements])).digest('hex');
  return { kind: 'venv', hash, requirements, ...(python !== undefined && { python }), ...(relaxed === true && { relaxed }) };
}

function force(wish: EnvironmentWish, forced: ForcedEnvironment, options: PlanOptions): Candidate[] {
  if (forced === 'host') return [{ by: 'forced', needs: 'nothing', words: 'the programs of the target (--env host)', problems: [], environment: { kind: 'host' } }];
  if (forced === 'docker') return itself(wish).filter((each) => each.needs === 'container');
  if (forced !== 'venv') return [{ by: 'forced', needs: 'container', words: `image ${forced.image} (--env)`, problems: [], environment: { kind: 'image', image: forced.image } }];
  const conda = condaOf(wish);
  const found = [...ofWorkspace(wish, options), ...shipped(wish, options)].filter((each) => each.needs === 'python');
  if (found.length > 0 || conda === undefined) return found;
  return [venv('forced', 'the conda file (--env venv)', { name: 'conda file', requirements: [] }, conda, options.relaxed)];
}

function refusal(wish: EnvironmentWish, { force: forced }: PlanOptions): FormatProblem {
  const name = nameOf(wish) ?? 'this environment';
  if (wish.kind === 'registered') {
    return problem({ code: 'environment-unknown', path: 'environment', message: `the workspace has no environment ${name}`, hint: `destino environment create -f FILE --name ${wish.name}, or --env host` });
  }
  const message = `${name} cannot be had here: there is no Docker, and nothing that could stand in for it${forced === undefined ? '' : ' in the way that --env asks for'}`;
  const hint = `a target with containers (--target), the programs of the machine (--env host), or a substitute: environments: { "${name}": { packages: [numpy] } } in destino.yaml`;
  return problem({ code: 'environment', path: 'environment', message, hint });
}

function condaOf(wish: EnvironmentWish): CondaPlan | undefined {
  return wish.kind === 'image' ? wish.conda?.plan : undefined;
}

function nameOf(wish: EnvironmentWish): string | undefined {
  if (wish.kind === 'image') return wish.image;
  if (wish.kind === 'build') return wish.folder;
  return wish.kind === 'host' ? undefined : wish.name;
}

/** `3.11` is any 3.11. */
function pythonSpecifier(text: string): string {
  return /^\d+(\.\d+)*$/.test(text) ? `==${text}.*` : text;
}
