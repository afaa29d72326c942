import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot, type WorkspacePackage } from '@destino/repository';
import type { Tarball } from './pack.ts';

const execute = promisify(execFile);

/**
 * Installs tarballs into a project without a network: each package is unpacked by itself and sees, by links, only what
 * its manifest declares. That is stricter than npm's own tree, where an undeclared dependency is often found by luck.
 */
export async function installStrictly(tarballs: readonly Tarball[], project: string): Promise<void> {
  await Promise.all(tarballs.map((tarball) => unpack(tarball, storeFolder(project, tarball.package))));
  for (const { package: each } of tarballs) {
    await link(storeFolder(project, each), join(project, 'node_modules', each.name));
    for (const dependency of declared(each)) {
      const own = tarballs.find((tarball) => tarball.package.name === dependency);
      const source = own === undefined ? findInstalled(each, dependency) : storeFolder(project, own.package);
      if (source !== undefined) await link(source, join(project, 'store', each.folder, 'node_modules', dependency));
    }
  }
}

/** Beside its own `node_modules`, so that the unpacked package stays as it was packed. */
function storeFolder(project: string, { folder }: WorkspacePackage): string {
  return join(project, 'store', folder, 'package');
}

async function unpack({ path }: Tarball, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await execute('tar', ['-xzf', path, '-C', dirname(folder)]);
}

function declared({ manifest }: WorkspacePackage): string[] {
  return Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies });
}

/** Where this repository has a dependency: below the package itself when its version differs, else at the root. */
function findInstalled(each: WorkspacePackage, dependency: string): string | undefined {
  const places = [join(each.path, 'node_modules', dependency), join(repositoryRoot, 'node_modules', dependency)];
  const found = places.find((place) => existsSync(place));
  const optional = { ...each.manifest.optionalDependencies, ...each.manifest.peerDependenciesMeta };
  if (found === undefined && !(dependency in optional)) throw new Error(`${each.name} declares ${dependency}, which is not installed; run: npm ci`);
  return found;
}

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path, 'dir');
}
