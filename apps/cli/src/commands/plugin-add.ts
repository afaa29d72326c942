import { openPluginBook, type PluginEntry } from '@destino/runtime';
import { flag, textArgument } from '../given.ts';
import { pluginObject } from '../render/plugin.ts';
import { renewAgent } from '../renew-agent.ts';
import type { Run } from '../table/command.ts';

/** Installs a plugin and records it; without a name, installs what is recorded and not here. */
export const run: Run = async (context, given) => {
  const { console, variables, workspace } = context;
  const book = await openPluginBook({ variables, workspace });
  const scope = flag(given, 'user') ? 'user' : 'workspace';
  const spec = textArgument(given, 'plugin');
  console.note(spec === undefined ? 'installing what is recorded…' : `installing ${spec}…`);
  const added: PluginEntry[] = spec === undefined ? await book.addMissing(scope) : [await book.add(spec, scope)];
  const destino = await context.open({ reconcile: false, tellPlugins: false });
  const states = destino.drivers.plugins.filter(({ name }) => added.some((entry) => entry.name === name));
  for (const state of states) {
    if (state.error !== undefined) throw state.error;
    if (console.json) console.object(pluginObject(state));
    else console.line(`added ${state.name} ${state.version ?? ''}: ${state.kinds.join(', ')}`);
  }
  if (added.length === 0) console.note('every plugin is installed as it was recorded');
  else await renewAgent(destino);
};
