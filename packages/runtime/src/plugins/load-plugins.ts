import type { AnyDriver } from '@destino/core/driver';
import { DestinoError, toDestinoError } from '@destino/core/errors';
import { importPlugin } from './import-plugin.ts';
import { hashInstalled, pluginFolder, readInstalled } from './installed-plugin.ts';
import { driversOf } from './plugin-drivers.ts';
import type { LoadedPlugins, PluginCondition, PluginEntry, PluginSource, PluginState } from './plugin-state.ts';
import type { TrustBook } from './trust-book.ts';

export type LoadParts = {
  trust: TrustBook;
  /** Kinds that are taken. */
  taken: Iterable<string>;
  /** Absent: what files name and this user trusts. A list: these names, by the word of whoever runs this process. */
  only?: readonly string[] | undefined;
  loadsWithinMs?: number | undefined;
};

/** Loads what the files name, one after the other. Never rejects for a plugin: what is wrong with it is its state. */
export async function loadPlugins(sources: readonly PluginSource[], parts: LoadParts): Promise<LoadedPlugins> {
  const taken = new Set(parts.taken);
  const seen = new Set<string>();
  const drivers: AnyDriver[] = [];
  const states: PluginState[] = [];
  for (const source of sources) {
    for (const entry of source.entries) {
      // The workspace's word on a plugin goes before the user's.
      if (seen.has(entry.name) || parts.only?.includes(entry.name) === false) continue;
      seen.add(entry.name);
      const loaded = await loadOne(source, entry, parts, taken);
      for (const driver of loaded.drivers) taken.add(driver.kind);
      drivers.push(...loaded.drivers);
      states.push(loaded.state);
    }
  }
  return { drivers, states };
}

async function loadOne(source: PluginSource, entry: PluginEntry, parts: LoadParts, taken: ReadonlySet<string>): Promise<{ drivers: AnyDriver[]; state: PluginState }> {
  const { scope, file } = source;
  const folder = pluginFolder(source.folder, entry.name);
  const about = { name: entry.name, version: entry.version, scope, file, folder };
  const without = (condition: PluginCondition, error: DestinoError) => ({ drivers: [], state: { ...about, condition, kinds: [], error } });
  if (scope === 'workspace' && parts.only === undefined && !parts.trust.trusts(file, source.entries)) return without('untrusted', untrusted(entry, file));
  try {
    const wrong = wrongInstallation(folder, source, entry);
    if (wrong !== undefined) return without(wrong.condition, wrong.error);
    const drivers = driversOf(entry.name, await importPlugin(folder, entry.name, '', parts.loadsWithinMs));
    refuseTaken(entry.name, drivers, taken);
    return { drivers, state: { ...about, version: readInstalled(folder)?.version, condition: 'loaded', kinds: drivers.map(({ kind }) => kind) } };
  } catch (error) {
    return without('failed', toDestinoError(error));
  }
}

function untrusted({ name }: PluginEntry, file: string): DestinoError {
  return new DestinoError('forbidden', `the plugin '${name}' is not loaded: you have not trusted what ${file} names`, { scope: name, hint: 'look at it, then: destino trust' });
}

function wrongInstallation(folder: string, { scope }: PluginSource, entry: PluginEntry): { condition: PluginCondition; error: DestinoError } | undefined {
  const { name, version, integrity } = entry;
  const installed = readInstalled(folder);
  const hint = scope === 'user' ? 'destino plugin add --user' : 'destino plugin add';
  if (installed === undefined) return { condition: 'missing', error: new DestinoError('not-found', `the plugin '${name}' is not installed on this machine`, { scope: name, hint }) };
  if ((version !== undefined && installed.version !== version) || (integrity !== undefined && installed.integrity !== integrity)) {
    return { condition: 'changed', error: new DestinoError('conflict', `the plugin '${name}' is installed in version ${installed.version}, which is not the one recorded${version === undefined ? '' : `, ${version}`}`, { scope: name, hint }) };
  }
  if (hashInstalled(folder, name) === installed.files) return undefined;
  return { condition: 'changed', error: new DestinoError('conflict', `the files of the plugin '${name}' were changed after it was installed`, { scope: name, hint: `see who did, then install it anew: destino plugin remove ${name}, destino plugin add ${name}` }) };
}

/** @throws `conflict` with the name of the plugin, so that one of two kinds goes on. */
function refuseTaken(name: string, drivers: readonly AnyDriver[], taken: ReadonlySet<string>): void {
  const own = new Set<string>();
  for (const { kind } of drivers) {
    if (taken.has(kind) || own.has(kind)) {
      throw new DestinoError('conflict', `the plugin '${name}' brings the kind '${kind}', which is there already`, { scope: name, kind, hint: `keep one of the two: destino driver list, destino plugin remove ${name}` });
    }
    own.add(kind);
  }
}
