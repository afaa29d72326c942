import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DestinoError, errorToData, isDestinoError } from '@destino/core/errors';
import { linkPeers } from './host-packages.ts';

/** The longest that a plugin may take to load. */
const loadsWithinMs = 10_000;

/** Stands in the plugin's folder, so that Node resolves names from there, by all of its own rules. */
const loaderText = 'export const load = (name) => import(name);\n';

type Loader = { load(name: string): Promise<Record<string, unknown>> };

/**
 * Imports a module of an installed plugin: the package, or a part of it as `NAME/conformance`.
 * @throws `timeout` when it does not end, `internal` with the cause when it throws.
 */
export async function importPlugin(plugin: string, name: string, part = '', withinMs = loadsWithinMs): Promise<Record<string, unknown>> {
  linkPeers(plugin, name);
  const file = join(plugin, 'node_modules', '.destino-load.mjs');
  if (!existsSync(file)) {
    mkdirSync(join(plugin, 'node_modules'), { recursive: true });
    writeFileSync(file, loaderText);
  }
  const loading = import(pathToFileURL(file).href).then((loader: Loader) => loader.load(name + part));
  return await withinTime(loading, withinMs, name).catch((error: unknown) => {
    throw isDestinoError(error, 'timeout') && error.op === 'plugin.load' ? error : failure(name, error);
  });
}

function failure(name: string, cause: unknown): DestinoError {
  return new DestinoError('internal', `the plugin '${name}' could not be loaded: ${errorToData(cause).message}`, {
    scope: name,
    cause,
    hint: `tell its author, or do without it: destino plugin remove ${name}`,
  });
}

async function withinTime<T>(work: Promise<T>, limitMs: number, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DestinoError('timeout', `the plugin '${name}' had not loaded after ${limitMs / 1000} s`, { scope: name, op: 'plugin.load', hint: `tell its author, or do without it: destino plugin remove ${name}` }));
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
