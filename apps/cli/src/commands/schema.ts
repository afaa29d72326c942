import { DestinoError } from '@destino/core/errors';
import { z } from 'zod';
import { textArgument, textOption } from '../given.ts';
import { cliObjectsSchema } from '../cli-schema.ts';
import type { Run } from '../table/command.ts';

const shortNames: Readonly<Record<string, string>> = { job: 'command-job', component: 'command-component', endpoint: 'online-endpoint', deployment: 'online-deployment' };

/** Prints the JSON Schema of a kind of file, of a driver's config, or of what --json prints. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const kind = textArgument(given, 'kind') ?? '';
  const driverKind = textOption(given, 'kind');
  if (kind === 'cli') return console.line(JSON.stringify(cliObjectsSchema(), null, 2));
  if (kind === 'target' && driverKind !== undefined) {
    const driver = (await context.open({ reconcile: false })).drivers.get(driverKind);
    if (driver === undefined) throw new DestinoError('not-found', `no driver for kind '${driverKind}' is loaded`, { hint: 'destino driver list' });
    return console.line(JSON.stringify(z.toJSONSchema(driver.configSchema, { io: 'input' }), null, 2));
  }
  const { fileKinds, jsonSchema } = await import('@destino/runtime/files');
  const wanted = fileKinds.find((each) => each === (shortNames[kind] ?? kind));
  if (wanted === undefined) throw new DestinoError('not-found', `there is no kind of file '${kind}'`, { hint: `one of: job, cli, ${fileKinds.join(', ')}` });
  console.line(JSON.stringify(jsonSchema(wanted), null, 2));
};
