import { errorToData } from '@destino/core/errors';
import type { PluginState } from '@destino/runtime';

/** A plugin as `--json` prints it. */
export function pluginObject({ error, version, folder: _folder, ...state }: PluginState): Record<string, unknown> {
  const { code, message, hint, retry } = errorToData(error);
  return { schemaVersion: 1, ...state, version: version ?? null, ...(error !== undefined && { error: { code, message, ...(hint !== undefined && { hint }), retry } }) };
}
