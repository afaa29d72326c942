import { DestinoError } from '@destino/core/errors';
import type { Json } from '@destino/core/model';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { mapOption, textArgument, textOption } from '../given.ts';
import { targetObject } from '../render/target.ts';
import type { Given, Run } from '../table/command.ts';

/** Adopts something that exists already as a target, by a file or by its kind and config. Destroys and makes nothing. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  await destino.prepareTargets();
  const { name, kind, config } = await described(destino, given);
  const driver = destino.drivers.get(kind);
  if (driver === undefined) throw destino.drivers.missing(kind);
  const { attach } = driver.capabilities;
  if (attach !== true) throw new DestinoError('unsupported', `targets of kind '${kind}' are not attached: ${attach.unsupported}`, { scope: name, hint: 'destino target list' });
  const target = await destino.targets.put({ name, kind, config, origin: 'attached', createdBy: userInfo().username });
  if (console.json) console.object(targetObject(destino, target));
  else console.line(`${target.name}  ${target.kind}, attached; look at it: destino target probe ${target.name}`);
};

type Described = { name: string; kind: string; config: Json };

async function described(destino: Awaited<ReturnType<Parameters<Run>[0]['open']>>, given: Given): Promise<Described> {
  const file = textOption(given, 'file');
  const named = textArgument(given, 'name');
  if (file !== undefined) {
    const { readTargetFile } = await import('@destino/runtime/files');
    const { target } = await readTargetFile(file, destino.drivers.list());
    const name = named ?? target.name;
    if (name === undefined) throw new DestinoError('config-invalid', `${file} does not name the target`, { hint: `destino target attach NAME -f ${file}` });
    return { name, kind: target.kind, config: { ...target.config, ...flagged(given) } };
  }
  const kind = textOption(given, 'kind');
  if (named === undefined || kind === undefined) throw new DestinoError('config-invalid', 'a target needs a name and a kind, or a file', { hint: 'destino target attach NAME --kind KIND --set FIELD=VALUE' });
  return { name: named, kind, config: { ...mapOption(given, 'set'), ...flagged(given) } };
}

/** The commonest fields of a machine's config have options of their own. */
const fieldOf = { host: 'host', port: 'port', user: 'user', identityFile: 'identityFile', jump: 'proxyJump' } as const;

function flagged(given: Given): Record<string, Json> {
  const fields = Object.entries(fieldOf).flatMap(([option, field]) => {
    const value = textOption(given, option);
    return value === undefined ? [] : [[field, field === 'identityFile' ? resolve(value) : value] as const];
  });
  return { ...Object.fromEntries(fields), ...(given.options['acceptNew'] === true && { acceptNewHostKey: true }) };
}
