import { condaFromValue, readCondaFile, type CondaPlan } from '../environment/conda-file.ts';
import { named, parseReference } from '../environment/asset-reference.ts';
import type { EnvironmentWish } from '../environment/plan.ts';
import type { EnvironmentFile, InlineEnvironment } from '../schema/environment.ts';
import { isFine, problemAt, type FormatProblem } from '../text/problem.ts';
import { readSource } from './file-access.ts';
import { loadKind } from './load-file.ts';
import { fromFolderOf, localPath, type Surroundings } from './local-path.ts';

/** `inference` says where a container with a server of its own answers. */
type Wished = { wish: EnvironmentWish | undefined; inference?: InlineEnvironment['inference_config']; problems: FormatProblem[] };

/** `environment:` of a job or deployment as a wish, with the files it names read. `field` is where it stands. */
export async function wishOf(around: Surroundings, environment: string | InlineEnvironment, field: string): Promise<Wished> {
  if (typeof environment !== 'string') return contentWish(around, environment, field);
  const reference = parseReference(environment);
  if (reference.form === 'asset') return { wish: assetWish(reference), problems: [] };
  if (reference.form === 'resource') return { wish: assetWish(named(reference.id.replace(/^.*\/environments\/([^/]+)(?:\/versions\/([^/]+))?.*$/, '$1:$2'))), problems: [] };
  if (reference.form === 'path' && !/\.ya?ml$/i.test(reference.path) && !/[\\/]/.test(reference.path)) return { wish: assetWish(named(reference.path)), problems: [] };
  if (reference.form !== 'path') {
    const message = `${field} is no environment: ${environment}`;
    return { wish: undefined, problems: [problemAt(around.file, around.places.get(field), { path: field, code: 'reference', message, hint: 'azureml:NAME:VERSION, file:env.yml, or { image: IMAGE }' })] };
  }
  return environmentFile(around, reference.path, field);
}

async function environmentFile(around: Surroundings, path: string, field: string): Promise<Wished> {
  const found = await localPath(around, path, field, 'file');
  if (found.problems.length > 0) return { wish: undefined, problems: found.problems };
  const loaded = await loadKind<'environment'>(found.path, 'environment', { files: around.files });
  if (loaded.value === undefined || loaded.file === undefined) return { wish: undefined, problems: loaded.problems };
  const wished = await contentWish({ ...around, file: loaded.file, places: loaded.places }, loaded.value, '');
  return { ...wished, problems: [...loaded.problems, ...wished.problems] };
}

function assetWish(reference: { registry?: string; name: string; version?: string; label?: string }): EnvironmentWish {
  const { registry, name, version, label } = reference;
  const curated = registry === 'azureml' || /^AzureML-/i.test(name);
  if (curated) return { kind: 'curated', name, ...(version !== undefined && { version }) };
  return { kind: 'registered', name, ...(version !== undefined && { version }), ...(label !== undefined && { label }) };
}

/** The content of an environment, in a file of its own (`field` is empty) or inline. */
export async function contentWish(around: Surroundings, content: InlineEnvironment | EnvironmentFile, field: string): Promise<Wished> {
  return { ...(await imageWish(around, content, field)), inference: content.inference_config };
}

async function imageWish(around: Surroundings, content: InlineEnvironment | EnvironmentFile, field: string): Promise<Wished> {
  const below = (name: string): string => (field === '' ? name : `${field}.${name}`);
  const { image, build, conda_file: conda } = content;
  const problems: FormatProblem[] = [];
  const refuse = (path: string, message: string, hint?: string): void => void problems.push(problemAt(around.file, around.places.get(path), { path, code: 'environment', message, hint }));
  if (image !== undefined && build !== undefined) refuse(below('build'), 'an environment has an image or a build, not both', 'remove one of the two');
  if (image === undefined && build === undefined) {
    if (conda === undefined && content.name !== undefined) return { wish: { kind: 'registered', name: content.name, ...(content.version !== undefined && { version: content.version }) }, problems };
    refuse(conda === undefined ? field : below('conda_file'), conda === undefined ? 'an environment needs an image or a build' : 'a conda_file needs an image to come on top of', 'image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04');
  }
  if (build !== undefined) return buildWish(around, build, below('build'), problems);
  if (conda === undefined || image === undefined) return { wish: image === undefined ? undefined : { kind: 'image', image }, problems };
  const read = await condaPlan(around, conda, below('conda_file'));
  problems.push(...read.problems);
  return { wish: read.plan === undefined ? undefined : { kind: 'image', image, conda: { plan: read.plan, text: read.text } }, problems };
}

async function buildWish(around: Surroundings, build: { path: string; dockerfile_path?: string | undefined }, field: string, problems: FormatProblem[]): Promise<Wished> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(build.path)) return { wish: { kind: 'build', folder: build.path, dockerfile: build.dockerfile_path ?? 'Dockerfile' }, problems };
  const folder = await localPath(around, build.path, `${field}.path`, 'folder');
  return { wish: { kind: 'build', folder: folder.path, dockerfile: build.dockerfile_path ?? 'Dockerfile' }, problems: [...problems, ...folder.problems] };
}

async function condaPlan(around: Surroundings, conda: string | Record<string, unknown>, field: string): Promise<{ plan: CondaPlan | undefined; text: string; problems: FormatProblem[] }> {
  if (typeof conda !== 'string') return { ...condaFromValue(around.file, conda, around.places, field), text: JSON.stringify(conda) };
  const found = await localPath(around, conda, field, 'file');
  if (found.problems.length > 0) return { plan: undefined, text: '', problems: found.problems };
  const source = await readSource(fromFolderOf(around.file, conda), around.files);
  if ('problem' in source) return { plan: undefined, text: '', problems: [source.problem] };
  const read = readCondaFile(source.file);
  if (read.plan === undefined || !isFine(read.problems)) return { plan: undefined, text: source.file.text, problems: read.problems };
  const expanded = await withRequirementFiles({ ...around, file: source.file }, read.plan);
  return { plan: isFine(expanded.problems) ? expanded.plan : undefined, text: source.file.text, problems: [...read.problems, ...expanded.problems] };
}

/** `-r FILE` in the pip part is replaced by what the file lists, since nobody else knows which folder it is meant from. */
async function withRequirementFiles(around: Surroundings, plan: CondaPlan): Promise<{ plan: CondaPlan; problems: FormatProblem[] }> {
  const problems: FormatProblem[] = [];
  const expanded: CondaPlan = { ...plan, requirements: [...plan.requirements], options: [] };
  for (const option of plan.options) {
    const path = /^(?:-r|--requirement)[\s=]*(.+)$/.exec(option)?.[1]?.trim();
    const source = path === undefined ? undefined : await readSource(fromFolderOf(around.file, path), around.files);
    if (source === undefined) expanded.options.push(option);
    else if ('problem' in source) problems.push({ ...source.problem, path: 'dependencies' });
    else {
      const lines = source.file.text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, '').trim()).filter((line) => line !== '');
      for (const line of lines) (line.startsWith('-') ? expanded.options : expanded.requirements).push(line);
    }
  }
  return { plan: expanded, problems };
}
