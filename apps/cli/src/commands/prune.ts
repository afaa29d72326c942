import { isDestinoError } from '@destino/core/errors';
import { flag, textOption } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import { table } from '../render/table.ts';
import { sizeText, type Destino } from '@destino/runtime';
import type { Run } from '../table/command.ts';

type Orphan = Awaited<ReturnType<Destino['engine']['prune']>>[number];

/** Lists what stands on targets under our mark and belongs to nothing; removes it, and old data here, when told. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  await destino.prepareTargets();
  const named = textOption(given, 'target');
  const targets = named === undefined ? (await destino.targets.list()).map(({ name }) => name) : [(await destino.targets.get(named)).name];
  const orphans = (await Promise.all(targets.map((target) => look(destino, target, false)))).flat();
  if (console.json) for (const orphan of orphans) console.object({ schemaVersion: 1, ...orphan });
  else if (orphans.length === 0) console.line('nothing is left over on any target');
  else console.line(table(['TARGET', 'WHAT', 'ID', 'WHY'], orphans.map(({ target, thing, reason }) => [target, thing.what, thing.id, reason])));
  if (flag(given, 'dryRun')) return;
  await confirm(console, `Remove ${orphans.length === 0 ? '' : `these ${orphans.length} and `}what is older than its keeping time here?`, flag(given, 'yes'));
  const removed = (await Promise.all(targets.map((target) => look(destino, target, true)))).flat().filter((orphan) => orphan.removed);
  const { jobs, content, freedBytes } = await destino.engine.collectGarbage();
  console.note(`removed ${removed.length} on targets; here ${jobs} old jobs, ${content} unused files, ${sizeText(freedBytes)}`);
};

async function look(destino: Destino, target: string, remove: boolean): Promise<Orphan[]> {
  try {
    return await destino.engine.prune(target, { remove });
  } catch (error) {
    if (isDestinoError(error, 'unsupported')) return [];
    throw error;
  }
}
