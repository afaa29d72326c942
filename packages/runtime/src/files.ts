import type { AnyDriver } from '@destino/core/driver';
import { loadTargetFile, type TargetDescription } from '@destino/formats';
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
