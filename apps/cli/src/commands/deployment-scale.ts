import { DestinoError } from '@destino/core/errors';
import { textArgument, textOption } from '../given.ts';
import { endpointObject } from '../render/endpoint.ts';
import { findDeployment } from '../serving-names.ts';
import type { Run } from '../table/command.ts';

export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const [first, second] = [textArgument(given, 'name'), textArgument(given, 'count')];
  // `destino deployment scale 3` means the only deployment there is.
  const only = first !== undefined && second === undefined && /^\d+(\.\.\d+)?$/.test(first);
  const { endpoint, deployment } = await findDeployment(destino, only ? { ...given, arguments: {} } : given);
  const copies = copiesOf((only ? first : second) ?? textOption(given, 'instanceCount'));
  const scaled = await destino.endpoints.scale(endpoint, deployment, copies);
  if (console.json) console.object(endpointObject(scaled));
  else console.line(`${endpoint}/${deployment}  ${copies.min === copies.max ? `${copies.min} ${copies.min === 1 ? 'copy' : 'copies'}` : `${copies.min} to ${copies.max} copies`}  (revision ${scaled.revision})`);
};

function copiesOf(text: string | undefined): { min: number; max: number } {
  const match = /^([1-9]\d{0,3})(?:\.\.([1-9]\d{0,3}))?$/.exec(text ?? '');
  const [min, max] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (match !== null && min <= max) return { min, max };
  throw new DestinoError('config-invalid', text === undefined ? 'how many copies?' : `'${text}' is no number of copies`, { hint: 'destino deployment scale NAME 3, or 1..4' });
}
