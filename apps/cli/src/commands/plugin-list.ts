import { pluginObject } from '../render/plugin.ts';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context) => {
  const { console } = context;
  const { plugins } = (await context.open({ reconcile: false, tellPlugins: false })).drivers;
  if (console.json) {
    for (const plugin of plugins) console.object(pluginObject(plugin));
    return;
  }
  if (console.names) {
    for (const { name } of plugins) console.line(name);
    return;
  }
  if (plugins.length === 0) {
    console.note('no file here names plugins; add one: destino plugin add NAME');
    return;
  }
  console.line(table(['NAME', 'VERSION', 'OF', 'STATE', 'KINDS'], plugins.map(({ name, version, scope, condition, kinds }) => [name, version ?? '', scope, condition, kinds.join(', ')])));
  for (const { error } of plugins) {
    if (error === undefined) continue;
    console.note(`${console.style('yellow', '!')} ${error.message}`);
    if (error.hint !== undefined) console.note(`  do: ${error.hint}`);
  }
};
