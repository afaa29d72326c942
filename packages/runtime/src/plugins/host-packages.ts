import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DestinoError } from '@destino/core/errors';
import { packageFolder } from './installed-plugin.ts';

const host = createRequire(import.meta.url);

/** An export of each package that this installation brings to its plugins; the contract is one, whoever speaks it. */
const entryOf: Readonly<Record<string, string>> = { '@destino/core': '@destino/core/driver' };

type Manifest = { name?: string; peerDependencies?: Record<string, string>; peerDependenciesMeta?: Record<string, { optional?: boolean }> };

/**
 * Gives a plugin the packages that it expects beside itself: links to those of this very installation, renewed where it
 * has moved since. @throws `contract` for one that this installation does not have.
 */
export function linkPeers(plugin: string, name: string): void {
  const manifest = JSON.parse(readFileSync(join(packageFolder(plugin, name), 'package.json'), 'utf8')) as Manifest;
  for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
    const place = packageFolder(plugin, peer);
    if (isInstalled(place)) continue;
    const own = findPackage(peer);
    if (own !== undefined) link(own, place);
    else if (manifest.peerDependenciesMeta?.[peer]?.optional !== true) {
      throw new DestinoError('contract', `the plugin '${name}' needs the package ${peer} beside it, which Destino does not bring`, {
        scope: name,
        hint: `its author should name ${peer} among the dependencies, not the peers`,
      });
    }
  }
}

/** A folder of its own there is npm's work and stays. */
function isInstalled(place: string): boolean {
  const stats = lstatSync(place, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isSymbolicLink();
}

function link(own: string, place: string): void {
  if (existsSync(place) && realpathSync(place) === own) return;
  rmSync(place, { force: true });
  mkdirSync(dirname(place), { recursive: true });
  try {
    symlinkSync(own, place, process.platform === 'win32' ? 'junction' : 'dir');
  } catch (error) {
    // Another process of the same installation was as fast.
    if (!existsSync(place) || realpathSync(place) !== own) throw error;
  }
}

function findPackage(name: string): string | undefined {
  try {
    return rootOf(realpathSync(host.resolve(entryOf[name] ?? name)), name);
  } catch {
    return undefined; // the answer to the question, and no fault
  }
}

function rootOf(file: string, name: string): string | undefined {
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as Manifest).name === name) return folder;
  }
  return undefined;
}
