import { DestinoError } from '@destino/core/errors';
import type { Destino, EndpointSettings } from '@destino/runtime';
import { listOption, numberOption, textArgument, textOption } from '../given.ts';
import { printEndpoint } from '../render/endpoint.ts';
import type { Given, Run } from '../table/command.ts';

/** Makes an endpoint, by name or by an Azure ML file. A split in the file counts once its deployments are there. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open({ reconcile: false });
  const settings = await settingsOf(destino, given);
  const { endpoint, serving } = await destino.endpoints.create(settings);
  if (!serving.served) console.alert(`! nobody serves it: ${serving.reason}`);
  printEndpoint(console, endpoint, {}, destino.clock.wallMs());
  console.note(`  next: destino deploy MODEL --endpoint ${endpoint.name}`);
};

async function settingsOf(_destino: Destino, given: Given): Promise<EndpointSettings> {
  const file = textOption(given, 'file');
  const named = textArgument(given, 'name') ?? textOption(given, 'name');
  const read = file === undefined ? undefined : await (await import('@destino/runtime/files')).readEndpointFile(file, listOption(given, 'set'));
  const name = named ?? read?.name;
  if (name === undefined) throw new DestinoError('config-invalid', 'an endpoint needs a name', { hint: 'destino endpoint create NAME' });
  const description = textOption(given, 'description') ?? read?.description;
  return { name, description, tags: read?.tags, port: numberOption(given, 'port', 1), maxBodyBytes: numberOption(given, 'maxBody', 1) };
}
