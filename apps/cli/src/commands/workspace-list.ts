import { listWorkspaces, stateRoot } from '@destino/runtime';
import { table } from '../render/table.ts';
import { agoText } from '../render/time.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async ({ console, variables }) => {
  const found = listWorkspaces(stateRoot(variables));
  if (console.json) for (const workspace of found) console.object({ schemaVersion: 1, name: workspace.id, folder: workspace.folder, modifiedAt: workspace.modifiedAt });
  else if (console.names || console.quiet) for (const { id } of found) console.line(id);
  else if (found.length === 0) console.note('no workspace has state here yet');
  else console.line(table(['NAME', 'LAST USED', 'STATE'], found.map(({ id, modifiedAt, folder }) => [id, agoText(modifiedAt, Date.now()), folder])));
};
