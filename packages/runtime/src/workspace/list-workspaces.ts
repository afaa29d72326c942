import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type WorkspaceSummary = { id: string; folder: string; modifiedAt: string };

/** The workspaces that have state on this machine, the last used first. */
export function listWorkspaces(root: string): WorkspaceSummary[] {
  const folder = join(root, 'workspaces');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const found = names.flatMap((id) => {
    const database = statSync(join(folder, id, 'destino.db'), { throwIfNoEntry: false });
    return database === undefined ? [] : [{ id, folder: join(folder, id), modifiedAt: database.mtime.toISOString() }];
  });
  return found.sort((a, b) => (a.modifiedAt < b.modifiedAt ? 1 : -1));
}
