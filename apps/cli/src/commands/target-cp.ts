import { basename } from 'node:path';
import { statSync } from 'node:fs';
import { DestinoError } from '@destino/core/errors';
import { textArgument } from '../given.ts';
import type { Run } from '../table/command.ts';

/** `NAME:PATH` of a machine. One letter is a drive of Windows. */
const there = /^([A-Za-z0-9_][\w.-]+):(.+)$/s;

/** Copies one file to or from the machine of a target. */
export const run: Run = async (context, given) => {
  const [from, to] = [textArgument(given, 'from') ?? '', textArgument(given, 'to') ?? ''];
  const [source, target] = [there.exec(from), there.exec(to)];
  const [, name = '', path = ''] = source ?? target ?? [];
  if ((source === null) === (target === null)) throw new DestinoError('config-invalid', 'one of the two must be on a machine', { hint: 'destino target cp FILE NAME:PATH, or destino target cp NAME:PATH FILE' });
  const destino = await context.open({ reconcile: false });
  await destino.prepareTargets();
  const { openMachine, fetchFile, sendFile } = await import('@destino/runtime/machine-access');
  await using link = await openMachine(destino, name);
  if (source === null) await sendFile(link, from, path.endsWith('/') ? `${path}${basename(from)}` : path);
  else await fetchFile(link, path, isFolder(to) ? `${to}/${basename(path)}` : to);
};

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
