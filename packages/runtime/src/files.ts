import type { AnyDriver } from '@destino/core/driver';
import { checkFates, isFine, loadEndpointFile, loadFile, loadTargetFile, type TargetDescription } from '@destino/formats';
import { fileRefused } from './workspace/settings.ts';

export { fateTable, fileKinds, jsonSchema, targetKinds } from '@destino/formats';
export type { FateRow, FileKind } from '@destino/formats';

/** A target as a file describes it. @throws `config-invalid` with all problems of the file. */
export async function readTargetFile(file: string, drivers: readonly AnyDriver[]): Promise<{ target: TargetDescription }> {
  const schemas = new Map(drivers.map((driver) => [driver.kind, driver.configSchema]));
  const { target, problems } = await loadTargetFile(file, { configSchema: (kind) => schemas.get(kind), kinds: [...schemas.keys()] });
  if (target === undefined) throw fileRefused(file, problems);
  return { target };
}

export { originOfUri } from './model/models.ts';

/** An endpoint as a file describes it. @throws `config-invalid` with all problems, also what cannot be honoured here. */
export async function readEndpointFile(file: string, set: readonly string[] = []): Promise<{ name?: string | undefined; description?: string | undefined; tags?: Record<string, string> | undefined }> {
  const { endpoint, problems } = await loadEndpointFile(file, { set });
  if (endpoint === undefined) throw fileRefused(file, problems);
  const { value, file: source, places } = await loadFile(file, { set, verb: 'endpoint' });
  const refused = source === undefined ? [] : checkFates({ kind: 'online-endpoint', value, file: source, places }, 'local').problems;
  if (!isFine(refused)) throw fileRefused(file, refused);
  return endpoint;
}
