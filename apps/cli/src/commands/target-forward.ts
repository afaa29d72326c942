import { once } from 'node:events';
import { DestinoError } from '@destino/core/errors';
import { textArgument } from '../given.ts';
import type { Run } from '../table/command.ts';

/** Makes a port of the machine of a target reachable here, until it is ended. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const name = textArgument(given, 'name') ?? '';
  const ports = textArgument(given, 'ports') ?? '';
  const match = /^(?:(\d+):)?(?:([^:]+):)?(\d+)$/.exec(ports);
  if (match === null) throw new DestinoError('config-invalid', `'${ports}' names no ports`, { hint: `destino target forward ${name} 8888, or 9000:8888, or 9000:host:8888` });
  const port = Number(match[3]);
  const destino = await context.open({ reconcile: false });
  await destino.prepareTargets();
  const { openMachine, forwardPort } = await import('@destino/runtime/machine-access');
  await using link = await openMachine(destino, name);
  const onError = (error: unknown): void => console.alert(error instanceof Error ? error.message : String(error));
  await using forwarding = await forwardPort(link, { localPort: Number(match[1] ?? port), host: match[2] ?? '127.0.0.1', port, onError });
  if (console.json) console.object({ schemaVersion: 1, target: name, port: forwarding.port });
  else console.line(`127.0.0.1:${forwarding.port} leads to ${match[2] ?? '127.0.0.1'}:${port} on ${name}, until Ctrl-C`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
};
