import { openPluginBook } from '@destino/runtime';
import { flag } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import { table } from '../render/table.ts';
import { renewAgent } from '../renew-agent.ts';
import type { Run } from '../table/command.ts';

/** Lets the code run that `destino.yaml` names, or takes that back. Shows what it is first. */
export const run: Run = async (context, given) => {
  const { console, variables, workspace } = context;
  const book = await openPluginBook({ variables, workspace });
  const { file, entries } = book.named();
  const told = { schemaVersion: 1, file, plugins: entries };
  if (flag(given, 'revoke')) {
    const had = book.revoke();
    if (had) await renewAgent(await context.open({ reconcile: false, tellPlugins: false }));
    if (console.json) console.object({ ...told, trusted: false });
    else console.line(had ? `${file} is no longer trusted; its plugins are not loaded` : `${file} was not trusted`);
    return;
  }
  if (entries.length > 0) console.note(table(['NAME', 'VERSION', 'FROM', 'INTEGRITY'], entries.map(({ name, version, path, integrity }) => [name, version ?? 'any', path ?? 'npm', integrity ?? 'none recorded'])));
  await confirm(console, `Let ${entries.length === 1 ? 'this plugin' : `these ${entries.length} plugins`} run as you?`, flag(given, 'yes'));
  book.trust();
  await renewAgent(await context.open({ reconcile: false }));
  if (console.json) console.object({ ...told, trusted: true });
  else console.line(`${file} is trusted, as long as it names these plugins`);
};
