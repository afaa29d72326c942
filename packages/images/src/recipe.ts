import { createHash } from 'node:crypto';
import { DestinoError } from '@destino/core/errors';
import type { Environment } from '@destino/core/model';

/** How an image comes about. Equal recipes have equal tags, so that nothing is built twice. */
export type Recipe =
  | { kind: 'as-is'; image: string }
  | { kind: 'build'; tag: string; dockerfile: string; /** Files beside the Dockerfile, by their path. */ files: Readonly<Record<string, string>>; snapshot?: string; /** Path of the Dockerfile within the snapshot. */ dockerfilePath?: string };

/** Part of every tag: a change of what a recipe means makes new images. */
const recipeVersion = 1;
export const repository = 'destino/environment';

/** Conda where the image has it, else micromamba; a failed package names itself on the last lines of the log. */
const condaScript = `set -e
if command -v conda >/dev/null 2>&1; then conda env update --name base --file /tmp/destino-conda.yaml
elif [ -x /opt/miniconda/bin/conda ]; then /opt/miniconda/bin/conda env update --name base --file /tmp/destino-conda.yaml
elif command -v micromamba >/dev/null 2>&1; then micromamba install --yes --name base --file /tmp/destino-conda.yaml
else echo 'the image has neither conda nor micromamba for its conda file' >&2; exit 1
fi
`;

export type RecipeOptions = {
  /** What requirements are installed into. Default: `python:VERSION-slim`. */
  pythonImage?: string;
};

/** @throws {DestinoError} `unsupported` for environments that no image can be made of */
export function recipeOf(environment: Environment, { pythonImage }: RecipeOptions = {}): Recipe {
  switch (environment.kind) {
    case 'image': {
      if (environment.condaFile === undefined) return { kind: 'as-is', image: environment.image };
      const lines = [`FROM ${plainReference(environment.image)}`, 'COPY conda.yaml /tmp/destino-conda.yaml', 'COPY install.sh /tmp/destino-install.sh', 'RUN sh /tmp/destino-install.sh'];
      return written(lines, { 'conda.yaml': environment.condaFile, 'install.sh': condaScript });
    }
    case 'venv': {
      const version = /(\d+\.\d+)/.exec(environment.python ?? '')?.[1] ?? '3.12';
      const lines = [`FROM ${plainReference(pythonImage ?? `python:${version}-slim`)}`, 'COPY requirements.txt /tmp/requirements.txt', 'RUN python3 -m pip install --no-cache-dir --requirement /tmp/requirements.txt'];
      return written(lines, { 'requirements.txt': environment.requirements.map((line) => `${line}\n`).join('') });
    }
    case 'build':
      return { kind: 'build', tag: tagOf(['build', environment.snapshot, environment.dockerfile]), dockerfile: '', files: {}, snapshot: environment.snapshot, dockerfilePath: environment.dockerfile };
    case 'host':
    case 'conda':
    case 'curated':
      throw new DestinoError('unsupported', `no image can be made of an environment of the kind '${environment.kind}'`, { hint: 'name an image, a build folder, or packages' });
    default:
      return environment satisfies never;
  }
}

function written(lines: readonly string[], files: Readonly<Record<string, string>>): Recipe {
  const dockerfile = lines.map((line) => `${line}\n`).join('');
  return { kind: 'build', tag: tagOf([dockerfile, files]), dockerfile, files };
}

function tagOf(content: unknown): string {
  return createHash('sha256').update(JSON.stringify([recipeVersion, content])).digest('hex').slice(0, 24);
}

/** What may stand behind FROM: a reference has no blanks, so that no further instruction can be smuggled in. */
function plainReference(image: string): string {
  if (/^[A-Za-z0-9][\w.:/@-]*$/.test(image)) return image;
  throw new DestinoError('config-invalid', `${JSON.stringify(image)} is no reference of an image`, { hint: 'as registry.example.com/name:tag' });
}
