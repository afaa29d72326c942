import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { serviceFiles } from '@destino/scoring-host';

/** The revisions that a service's folder was told of, smallest first. */
export function revisionsOf(folder: string): number[] {
  const revisions = join(folder, serviceFiles.revisions);
  if (!existsSync(revisions)) return [];
  return readdirSync(revisions).flatMap((name) => (/^\d+\.json$/.test(name) ? [Number.parseInt(name, 10)] : [])).sort((a, b) => a - b);
}
