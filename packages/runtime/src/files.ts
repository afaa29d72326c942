/** JSON Schemas of the files that users write, for `destino schema`. */
export { fileKinds, jsonSchema } from '@destino/formats';
import { loadTargetFile, type TargetDescription } from '@destino/formats';
import type { AnyDriver } from '@destino/core/driver';
import { fileRefused } from './workspace/settings.ts';

/** A target as a file describes it. @throws `config-invalid` with all problems of the file. */
export async function readTargetFile(file: string, drivers: readonly AnyDriver[]): Promise<{ target: TargetDescription }> {
  const schemas = new Map(drivers.map((driver) => [driver.kind, driver.configSchema]));
  const { target, problems } = await loadTargetFile(file, { configSchema: (kind) => schemas.get(kind), kinds: [...schemas.keys()] });
  if (target === undefined) throw fileRefused(file, problems);
  return { target };
}
