import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { DestinoError } from '@destino/core/errors';
import { ensurePrivateFolder, type Variables } from '../workspace/places.ts';
import { importPlugin } from './import-plugin.ts';
import { hashInstalled, packageFolder, pluginFolder, readInstalled, recordPath, type InstalledPlugin } from './installed-plugin.ts';
import { driversOf } from './plugin-drivers.ts';
import type { PluginEntry } from './plugin-state.ts';
import { runNpm } from './run-npm.ts';

/** Where a plugin comes from: the registry, by what npm takes, or a tarball or folder on this machine. */
export type PluginOrigin = { from: 'registry'; spec: string } | { from: 'tarball' | 'folder'; path: string };

export type InstallParts = {
  origin: PluginOrigin;
  /** Of all plugins of the workspace or of the user. */
  folder: string;
  /** The file that is to name it; its path is told from there. */
  file: string;
  variables: Variables;
  /** What was recorded, where it was: another version or integrity is refused. */
  recorded?: PluginEntry | undefined;
};

const manifestSchema = z.looseObject({ dependencies: z.record(z.string(), z.string()).default({}) });
const packageSchema = z.looseObject({ version: z.string() });
const lockSchema = z.looseObject({ packages: z.record(z.string(), z.looseObject({ integrity: z.string().optional() })) });

/**
 * Installs a plugin aside, loads it once, and puts it in place whole. What cannot be loaded is not installed.
 * @throws what npm says, what loading says, `conflict` when it is not what was recorded.
 */
export async function installPlugin({ origin, folder, file, variables, recorded }: InstallParts): Promise<PluginEntry> {
  ensurePrivateFolder(folder);
  const aside = mkdtempSync(join(folder, '.adding-'));
  try {
    const installed = await installAside(aside, origin, variables);
    refuseOther(installed, recorded);
    driversOf(installed.name, await importPlugin(aside, installed.name));
    writeFileSync(recordPath(aside), `${JSON.stringify(installed, null, 2)}\n`);
    replace(aside, pluginFolder(folder, installed.name));
    const { name, version, integrity } = installed;
    return { name, version, integrity, ...(origin.from !== 'registry' && { path: pathFrom(file, origin.path) }) };
  } finally {
    rmSync(aside, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Whether it is installed here as recorded. */
export function isInstalledAs(folder: string, { name, version, integrity }: PluginEntry): boolean {
  const installed = readInstalled(pluginFolder(folder, name));
  if (installed === undefined || (version !== undefined && installed.version !== version) || (integrity !== undefined && installed.integrity !== integrity)) return false;
  return hashInstalled(pluginFolder(folder, name), name) === installed.files;
}

async function installAside(aside: string, origin: PluginOrigin, variables: Variables): Promise<InstalledPlugin> {
  writeFileSync(join(aside, 'package.json'), `${JSON.stringify({ name: 'destino-plugin', private: true })}\n`);
  const tarball = origin.from === 'registry' ? undefined : origin.from === 'tarball' ? origin.path : await pack(origin.path, aside, variables);
  const spec = tarball ?? (origin.from === 'registry' ? origin.spec : origin.path);
  // Peers are this installation's own, linked when it is loaded.
  await runNpm(['install', '--prefix', aside, '--save-exact', '--legacy-peer-deps', spec], { folder: aside, variables, doing: `install ${spec}` });
  const [name] = Object.keys(manifestSchema.parse(readJson(join(aside, 'package.json'))).dependencies);
  if (name === undefined) throw new DestinoError('rejected', `npm installed nothing from ${spec}`, { hint: 'give one package: destino plugin add NAME' });
  const { version } = packageSchema.parse(readJson(join(packageFolder(aside, name), 'package.json')));
  const integrity = tarball === undefined ? lockSchema.parse(readJson(join(aside, 'package-lock.json'))).packages[`node_modules/${name}`]?.integrity : integrityOf(tarball);
  if (integrity === undefined) throw new DestinoError('rejected', `npm gives no integrity for ${spec}`, { hint: 'install it from a registry, or as a tarball: npm pack' });
  return { name, version, integrity, files: hashInstalled(aside, name) };
}

async function pack(path: string, aside: string, variables: Variables): Promise<string> {
  await runNpm(['pack', path, '--pack-destination', aside], { folder: aside, variables, doing: `pack the folder ${path}` });
  const tarball = readdirSync(aside).find((each) => each.endsWith('.tgz'));
  if (tarball === undefined) throw new DestinoError('rejected', `npm made no tarball of ${path}`, { hint: `try it there: cd ${path} && npm pack` });
  return join(aside, tarball);
}

function integrityOf(tarball: string): string {
  return `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
}

function refuseOther(installed: InstalledPlugin, recorded: PluginEntry | undefined): void {
  if (recorded === undefined) return;
  const { name, version, integrity } = recorded;
  if (installed.name === name && (version === undefined || installed.version === version) && (integrity === undefined || installed.integrity === integrity)) return;
  throw new DestinoError('conflict', `what was found for the plugin '${name}' is ${installed.name} ${installed.version} with another content than was recorded`, {
    scope: name,
    hint: `if you want it as it is now: destino plugin add ${recorded.path ?? `${name}@${installed.version}`}`,
  });
}

function replace(aside: string, place: string): void {
  const old = `${place}.old-${process.pid}`;
  if (statSync(place, { throwIfNoEntry: false }) !== undefined) renameSync(place, old);
  renameSync(aside, place);
  rmSync(old, { recursive: true, force: true, maxRetries: 3 });
}

function pathFrom(file: string, path: string): string {
  const written = relative(dirname(file), path).split(sep).join('/');
  return written.startsWith('.') ? written : `./${written}`;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}
