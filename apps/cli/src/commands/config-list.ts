import { flag } from '../given.ts';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

/** What holds here and, with --origin, who says so. */
export const run: Run = async (context, given) => {
  const { console, variables } = context;
  const destino = await context.open({ reconcile: false });
  const settings = await destino.settings();
  const { workspace, places } = destino;
  const chosen = context.workspace === undefined ? (variables['DESTINO_WORKSPACE'] === undefined ? (workspace.file ?? 'default') : 'DESTINO_WORKSPACE') : '--workspace';
  const rows: { name: string; value: string; origin: string }[] = [
    { name: 'workspace', value: workspace.name, origin: chosen },
    { name: 'state', value: places.root, origin: variables['DESTINO_STATE_DIR'] === undefined ? 'default' : 'DESTINO_STATE_DIR' },
    { name: 'default_target', value: settings.defaultTarget.value, origin: settings.defaultTarget.origin },
    ...Object.entries(settings.aliases).map(([name, { value, origin }]) => ({ name: `aliases.${name}`, value: value.join(', '), origin })),
    ...Object.entries(settings.environments).map(([name, { value, origin }]) => ({ name: `environments.${name}`, value: typeof value === 'string' ? value : JSON.stringify(value), origin })),
    ...Object.values(settings.targets).map(({ name, kind }) => ({ name: `targets.${name ?? ''}`, value: kind, origin: workspace.file ?? '' })),
  ];
  if (console.json) for (const row of rows) console.object({ schemaVersion: 1, ...row });
  else if (flag(given, 'origin')) console.line(table(['NAME', 'VALUE', 'ORIGIN'], rows.map(({ name, value, origin }) => [name, value, origin])));
  else console.line(table(['NAME', 'VALUE'], rows.map(({ name, value }) => [name, value])));
};
