import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspaceChoice } from '../workspace/find-workspace.ts';
import { placesOf, userFilePath, type Variables } from '../workspace/places.ts';
import type { PluginEntry, PluginSource } from './plugin-state.ts';

export type SourceParts = {
  root: string;
  workspace: Pick<WorkspaceChoice, 'id' | 'file'>;
  variables: Variables;
  /** What a file says of plugins. */
  read(file: string): Promise<readonly PluginEntry[]>;
};

/** Every file that may name plugins here: that of the workspace, then the user's own. */
export async function pluginSources({ root, workspace, variables, read }: SourceParts): Promise<PluginSource[]> {
  const sources: PluginSource[] = [];
  if (workspace.file !== undefined) {
    const { folder } = placesOf(root, workspace.id, variables);
    sources.push({ scope: 'workspace', file: workspace.file, folder: join(folder, 'plugins'), entries: await read(workspace.file) });
  }
  const file = userFilePath(variables);
  sources.push({ scope: 'user', file, folder: join(root, 'plugins'), entries: existsSync(file) ? await read(file) : [] });
  return sources;
}
