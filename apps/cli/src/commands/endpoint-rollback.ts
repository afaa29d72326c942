import { splitText } from '@destino/runtime';
import { DestinoError } from '@destino/core/errors';
import { textArgument } from '../given.ts';
import { endpointObject } from '../render/endpoint.ts';
import { findEndpoint } from '../serving-names.ts';
import type { Given, Run } from '../table/command.ts';

/** Returns to an earlier revision at once. What it replaces stays at 0 %, for a way forward again. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const { named, revision } = said(given);
  const { endpoint, to } = await destino.endpoints.rollback(await findEndpoint(destino, named), revision);
  if (console.json) console.object(endpointObject(endpoint));
  else console.line(`${endpoint.name}  back to revision ${to}: ${splitText(endpoint.traffic) || 'no traffic'}`);
};

function said(given: Given): { named: Given; revision: number | undefined } {
  const [first, second] = [textArgument(given, 'name'), textArgument(given, 'revision')];
  // `destino endpoint rollback 4` means the only endpoint there is.
  const only = first !== undefined && /^\d+$/.test(first) && second === undefined;
  const text = only ? first : second;
  if (text !== undefined && !/^\d+$/.test(text)) throw new DestinoError('config-invalid', `'${text}' is no number of a revision`, { hint: 'see them: destino endpoint history' });
  return { named: only ? { ...given, arguments: {} } : given, revision: text === undefined ? undefined : Number(text) };
}
