import type { AnyDriver } from '@destino/core/driver';
import type { DestinoError } from '@destino/core/errors';

/** A plugin as `destino.yaml`, or the user's own file, names it. */
export type PluginEntry = {
  /** The name of the npm package. */
  name: string;
  version?: string | undefined;
  /** Of its tarball, as npm writes it: `sha512-…`. */
  integrity?: string | undefined;
  /** A tarball or a folder, from the file on; else it comes from the registry of npm. */
  path?: string | undefined;
};

/** One file that names plugins, and the folder that they are installed in. */
export type PluginSource = { scope: 'workspace' | 'user'; file: string; folder: string; entries: readonly PluginEntry[] };

export const pluginConditions = ['loaded', 'untrusted', 'missing', 'changed', 'failed'] as const;
/**
 * `untrusted`: this user has not agreed to run what the file names. `missing`: not installed here. `changed`: what is
 * installed is not what was recorded. `failed`: it was begun, and did not give drivers that can be used.
 */
export type PluginCondition = (typeof pluginConditions)[number];

/** What became of one plugin in this process. */
export type PluginState = {
  name: string;
  version?: string | undefined;
  scope: PluginSource['scope'];
  /** The file that names it. */
  file: string;
  condition: PluginCondition;
  /** Where it is installed. */
  folder: string;
  /** Of its drivers, where it was loaded. */
  kinds: readonly string[];
  /** Why it was not loaded, with its name and what to do. */
  error?: DestinoError;
};

export type LoadedPlugins = { drivers: readonly AnyDriver[]; states: readonly PluginState[] };
