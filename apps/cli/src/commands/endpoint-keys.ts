import { readFileSync } from 'node:fs';
import type { WhichKey } from '@destino/runtime';
import { flag, textOption } from '../given.ts';
import { confirm } from '../render/confirm.ts';
import { findEndpoint } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

/** Shows the keys; with `--rotate` one of them is another from now on. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const name = await findEndpoint(destino, given);
  await destino.endpoints.get(name);
  const which = (textOption(given, 'rotate') ?? textOption(given, 'keyType')) as WhichKey | undefined;
  const from = textOption(given, 'keyValueFrom');
  const value = from === undefined ? undefined : readFileSync(from === '-' ? 0 : from, 'utf8').trim();
  if (which !== undefined) await confirm(console, `Replace the ${which} key of ${name}? Who uses it is refused from then on.`, flag(given, 'yes'));
  const pair = which === undefined ? destino.endpoints.keys(name) : await destino.endpoints.rotateKey(name, which, value);
  if (console.json) console.object({ schemaVersion: 1, endpoint: name, primaryKey: pair.primary, secondaryKey: pair.secondary });
  else if (console.quiet) console.line(pair.primary);
  else {
    console.line(`primary     ${pair.primary}`);
    console.line(`secondary   ${pair.secondary}`);
  }
};
