import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Versions = Readonly<Record<string, string>>;

/** What we read of a package.json; every other field is kept as it stands. */
export type Manifest = {
  readonly name?: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly license?: string;
  readonly description?: string;
  readonly engines?: Versions;
  readonly files?: readonly string[];
  readonly bin?: string | Versions;
  readonly exports?: string | Readonly<Record<string, string | Versions>>;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly optionalDependencies?: Versions;
  readonly workspaces?: readonly string[];
  readonly nx?: { readonly tags?: readonly string[]; readonly targets?: Readonly<Record<string, unknown>> };
};

export type WorkspacePackage = {
  readonly name: string;
  /** Relative to the repository's root, with forward slashes: `packages/core`. */
  readonly folder: string;
  readonly path: string;
  readonly manifest: Manifest;
  /** The part behind `type:` of its one nx tag, or undefined when there is none or several. */
  readonly type: string | undefined;
};

/** The checkout that this file stands in. */
export const repositoryRoot: string = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Every package that the root's `workspaces` patterns (`folder/*`) reach, in a stable order. */
export function readPackages(root: string = repositoryRoot): WorkspacePackage[] {
  const patterns = readManifest(root).workspaces ?? [];
  return patterns.flatMap((pattern) => {
    const parent = pattern.replace(/\/\*$/, '');
    if (!existsSync(join(root, parent))) return [];
    const names = readdirSync(join(root, parent)).toSorted();
    return names.filter((name) => existsSync(join(root, parent, name, 'package.json'))).map((name) => readPackage(root, `${parent}/${name}`));
  });
}

function readPackage(root: string, folder: string): WorkspacePackage {
  const path = join(root, folder);
  const manifest = readManifest(path);
  const types = (manifest.nx?.tags ?? []).filter((tag) => tag.startsWith('type:'));
  const type = types.length === 1 ? types[0]?.slice('type:'.length) : undefined;
  return { name: manifest.name ?? folder, folder, path, manifest, type };
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
