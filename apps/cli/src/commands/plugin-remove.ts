import { DestinoError } from '@destino/core/errors';
import { openPluginBook, type Destino } from '@destino/runtime';
import { flag, textArgument } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import { renewAgent } from '../renew-agent.ts';
import type { Run } from '../table/command.ts';

/** Takes a plugin out of the file that names it, and off this machine. Refused while jobs run on its targets. */
export const run: Run = async (context, given) => {
  const { console, variables, workspace } = context;
  const name = textArgument(given, 'name') ?? '';
  const scope = flag(given, 'user') ? 'user' : 'workspace';
  const destino = await context.open({ reconcile: false, tellPlugins: false });
  const live = await liveJobs(destino, name);
  if (live.length > 0) throw new DestinoError('conflict', `jobs go on that only the plugin '${name}' can look after: ${live.join(', ')}`, { scope: name, hint: `end them first: destino job cancel ${live.join(' ')}` });
  await confirm(console, `Remove the plugin ${name}?`, flag(given, 'yes'));
  (await openPluginBook({ variables, workspace })).remove(name, scope);
  await renewAgent(destino);
  if (console.json) console.object({ schemaVersion: 1, name, removed: true });
  else console.line(`removed ${name}`);
};

async function liveJobs(destino: Destino, name: string): Promise<string[]> {
  const kinds = destino.drivers.plugins.find((plugin) => plugin.name === name)?.kinds ?? [];
  const targets = (await destino.targets.list()).filter(({ kind }) => kinds.includes(kind));
  const jobs = await Promise.all(targets.map(async (target) => (await destino.store.list({ type: 'job', target: target.name, active: true, limit: 20 })).items));
  return jobs.flat().map((job) => job.name);
}
