import type { StateStore } from '@destino/core/store';
import { openSqliteStore } from '@destino/store-sql';
import { readBootId } from '../machine/boot-id.ts';
import { monotonicMs } from '../machine/clock.ts';
import { chooseWorkspace, type WorkspaceChoice } from './find-workspace.ts';
import { ensurePrivateFolder, placesOf, stateRoot, type Places, type Variables } from './places.ts';

export type WhichWorkspace = {
  /** A name, or the path of a folder with a `destino.yaml`. Default: `DESTINO_WORKSPACE`, else found from `folder` upwards. */
  workspace?: string;
  /** Where the search for `destino.yaml` begins. Default: the current folder. */
  folder?: string;
  /** The state of all workspaces. Default: `DESTINO_STATE_DIR`, else the platform's folder for state. */
  stateFolder?: string;
  /** Default: the variables of this process. */
  variables?: Variables;
};

export type OpenStore = { workspace: WorkspaceChoice; places: Places; variables: Variables; store: StateStore };

/**
 * Finds the workspace that is meant, and opens its store.
 * @throws what `createDestino` throws.
 */
export async function openWorkspaceStore(which: WhichWorkspace): Promise<OpenStore> {
  const variables = which.variables ?? process.env;
  const root = which.stateFolder ?? stateRoot(variables);
  const workspace = await chooseWorkspace({
    choice: which.workspace ?? variables['DESTINO_WORKSPACE'],
    folder: which.folder ?? process.cwd(),
    readName: async (file) => (await import('./settings.ts')).readWorkspaceName(file),
  });
  const places = placesOf(root, workspace.id, variables);
  ensurePrivateFolder(root);
  const store = await openSqliteStore({ file: places.database, workspace: workspace.name, bootId: readBootId(), monotonicMs });
  return { workspace, places, variables, store };
}
