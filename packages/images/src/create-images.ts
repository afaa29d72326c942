import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import type { Content, Images, Logger, ResolvedImage, Secrets, TransferOptions } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { Environment, Owner } from '@destino/core/model';
import { buildFailure } from './build-failure.ts';
import type { Docker } from './docker.ts';
import { listImages, pruneImages, type BuiltImage } from './list-images.ts';
import { recipeOf, repository, type Recipe, type RecipeOptions } from './recipe.ts';
import { withRegistries, type Registry } from './registries.ts';

export type ImagesParts = RecipeOptions & {
  docker: Docker;
  content: Content;
  secrets: Secrets;
  owner: Owner;
  logger: Logger;
  registries(): Promise<readonly Registry[]>;
};

export type BuildOptions = Partial<Pick<TransferOptions, 'onProgress' | 'signal'>> & {
  /** Also to the registry marked `push`; by default where there is one. */
  push?: boolean;
  /** Every line of the build's and the push's log. */
  onLine?: (line: string) => void;
};

export type WorkspaceImages = Images & {
  build(environment: Environment, options?: BuildOptions): Promise<ResolvedImage & { built: boolean; pushed: boolean }>;
  list(): Promise<BuiltImage[]>;
  /** Removes images that were built here and that no container uses; what `keep` names stays. */
  prune(options: { keep: readonly string[]; dryRun?: boolean }): Promise<BuiltImage[]>;
};

type Building = Extract<Recipe, { kind: 'build' }>;

/** Environments as images of this machine's engine. What several ask for at once is built once. */
export function createImages(parts: ImagesParts): WorkspaceImages {
  const underWay = new Map<string, Promise<ResolvedImage & { built: boolean; pushed: boolean }>>();
  const build = async (environment: Environment, options: BuildOptions = {}): Promise<ResolvedImage & { built: boolean; pushed: boolean }> => {
    const recipe = recipeOf(environment, parts);
    if (recipe.kind === 'as-is') return { image: recipe.image, digest: '', built: false, pushed: false, ...(environment.kind === 'image' && environment.pull !== undefined && { pull: environment.pull }) };
    const known = underWay.get(recipe.tag);
    if (known !== undefined) return await known;
    const begun = realise(parts, recipe, options).finally(() => underWay.delete(recipe.tag));
    underWay.set(recipe.tag, begun);
    return await begun;
  };
  return {
    build,
    resolve: async (environment, options) => {
      const { image, digest, pull } = await build(environment, options);
      return { image, digest, ...(pull !== undefined && { pull }) };
    },
    list: () => listImages(parts.docker, parts.owner),
    prune: (options) => pruneImages(parts.docker, parts.owner, options),
  };
}

async function realise(parts: ImagesParts, recipe: Building, options: BuildOptions): Promise<ResolvedImage & { built: boolean; pushed: boolean }> {
  const registries = await parts.registries();
  const target = registries.find(({ push }) => push);
  if (target === undefined && options.push === true) {
    throw new DestinoError('config-invalid', 'no registry takes what is built here', { hint: 'registries: [{ server: registry.example.com, push: true }] in destino.yaml' });
  }
  const image = target === undefined ? `${repository}:${recipe.tag}` : `${target.server}/${repository}:${recipe.tag}`;
  return await withRegistries(registries, parts.secrets, async (configFolder) => {
    const call = { signal: options.signal, onLine: options.onLine, configFolder };
    const there = await parts.docker.run(['image', 'inspect', '--format', '{{.Id}}', image], { signal: options.signal });
    if (there.code !== 0) await buildImage(parts, recipe, image, { ...options, configFolder });
    const pushes = target !== undefined && options.push !== false;
    if (pushes) {
      options.onProgress?.({ what: `push ${image}`, doneBytes: 0 });
      const { code, lines } = await parts.docker.run(['push', image], call);
      if (code !== 0) throw pushFailure(image, lines);
    }
    const digest = await digestOf(parts.docker, image, pushes, options.signal);
    return { image, digest, built: there.code !== 0, pushed: pushes, ...(target?.password !== undefined && { pull: target.password }) };
  });
}

async function buildImage({ docker, content, owner, logger }: ImagesParts, recipe: Building, image: string, options: BuildOptions & { configFolder: string | undefined }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'destino-build-'));
  const { signal, onProgress, onLine, configFolder } = options;
  try {
    const dockerfile = await layOut(recipe, folder, content, signal);
    const labels = { 'destino.workspace': owner.workspace, 'destino.incarnation': owner.incarnation, 'destino.recipe': recipe.tag };
    const words = ['build', '--file', dockerfile, '--tag', image, ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]), folder];
    let count = 0;
    const { code, lines } = await docker.run(words, {
      signal,
      configFolder,
      onLine: (line) => {
        count += 1;
        onProgress?.({ what: `build ${image}: ${line.slice(0, 200)}`, doneBytes: count });
        onLine?.(line);
      },
    });
    if (code !== 0) throw buildFailure({ lines, dockerfile: await readFile(dockerfile, 'utf8'), file: recipe.dockerfilePath ?? 'Dockerfile of the environment' });
    logger.info('image.built', { image });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function layOut(recipe: Building, folder: string, content: Content, signal: AbortSignal | undefined): Promise<string> {
  if (recipe.snapshot !== undefined) {
    await content.materialise(recipe.snapshot, folder, signal === undefined ? {} : { signal });
    const file = join(folder, recipe.dockerfilePath ?? 'Dockerfile');
    if (!file.startsWith(folder + sep)) throw new DestinoError('config-invalid', `the Dockerfile ${recipe.dockerfilePath} lies outside of its build folder`, { hint: 'move it into the folder' });
    return file;
  }
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(recipe.files)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, 'Dockerfile'), recipe.dockerfile);
  return join(folder, 'Dockerfile');
}

async function digestOf(docker: Docker, image: string, isPushed: boolean, signal: AbortSignal | undefined): Promise<string> {
  const { stdout } = await docker.run(['image', 'inspect', '--format', isPushed ? '{{range .RepoDigests}}{{println .}}{{end}}' : '{{.Id}}', image], { signal });
  if (!isPushed) return stdout.trim();
  const name = image.slice(0, image.lastIndexOf(':'));
  const own = stdout.split('\n').find((line) => line.startsWith(`${name}@`));
  return own?.slice(name.length + 1).trim() ?? '';
}

function pushFailure(image: string, lines: readonly string[]): DestinoError {
  const words = lines.at(-1)?.slice(0, 300) ?? 'docker said nothing';
  const denied = /unauthorized|denied|authentication required|no basic auth/i.test(words);
  const options = { scope: image, hint: denied ? 'registries: [{ server, username, password: ${{secrets.NAME}}, push: true }] in destino.yaml' : 'look at the registry, then build again: nothing is built twice' };
  return new DestinoError(denied ? 'unauthenticated' : 'unavailable', `${image} could not be pushed: ${words}`, options);
}
