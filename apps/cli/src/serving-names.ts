import type { Destino } from '@destino/runtime';
import { DestinoError } from '@destino/core/errors';
import { textArgument, textOption } from './given.ts';
import type { Given } from './table/command.ts';

/** The endpoint that is meant: as said, or the only one there is. @throws `config-invalid`, `not-found`. */
export async function findEndpoint(destino: Destino, given: Given, argument: string | undefined = 'name'): Promise<string> {
  const said = (argument === undefined ? undefined : textArgument(given, argument)) ?? textOption(given, argument === 'name' ? 'name' : 'endpoint') ?? textOption(given, 'endpoint') ?? textOption(given, 'endpointName');
  if (said !== undefined) return said;
  const endpoints = await destino.endpoints.list();
  const [only, second] = endpoints;
  if (only === undefined) throw new DestinoError('not-found', `workspace ${destino.workspace.name} has no endpoints yet`, { hint: 'destino deploy MODEL, or destino endpoint create NAME' });
  if (second !== undefined) throw new DestinoError('config-invalid', `which endpoint? There are ${endpoints.map(({ name }) => name).join(', ')}`, { hint: `name one: ${only.name}` });
  return only.name;
}

/** The deployment that is meant: `ENDPOINT/DEPLOYMENT`, a name with its endpoint, or the only one. */
export async function findDeployment(destino: Destino, given: Given): Promise<{ endpoint: string; deployment: string }> {
  const said = textArgument(given, 'name') ?? textOption(given, 'name');
  const [first = '', second] = said?.split('/') ?? [];
  if (second !== undefined) return { endpoint: first, deployment: second };
  const endpoint = await findEndpoint(destino, given, undefined);
  if (said !== undefined) return { endpoint, deployment: said };
  const { deployments } = await destino.endpoints.get(endpoint);
  const [only, other] = deployments;
  if (only === undefined) throw new DestinoError('not-found', `endpoint ${endpoint} has no deployments yet`, { hint: `destino deploy MODEL --endpoint ${endpoint}` });
  if (other !== undefined) throw new DestinoError('config-invalid', `which deployment of ${endpoint}? There are ${deployments.map(({ name }) => name).join(', ')}`, { hint: `name one: ${only.name}` });
  return { endpoint, deployment: only.name };
}

/** A model as said: `NAME`, `NAME:VERSION`, `NAME@latest`, or name and version apart. */
export function modelSaid(given: Given): string {
  const name = textArgument(given, 'model') ?? textOption(given, 'name');
  const version = textOption(given, 'version');
  if (name === undefined) throw new DestinoError('config-invalid', 'which model?', { hint: 'NAME, NAME:VERSION or NAME@latest; see: destino model list' });
  return version === undefined ? name : `${name}:${version}`;
}

/** `blue=90 green=10`, also with commas between. @throws `config-invalid`. */
export function splitOf(words: readonly string[]): Record<string, number> {
  const parts = words.flatMap((word) => word.split(/[\s,]+/)).filter((word) => word !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const match = /^([^=]+)=(\d{1,3})%?$/.exec(part);
      if (match?.[1] !== undefined && Number(match[2]) <= 100) return [match[1], Number(match[2])] as const;
      throw new DestinoError('config-invalid', `'${part}' is no share of the traffic`, { hint: 'as blue=90 green=10' });
    }),
  );
}
