import { basename, resolve } from 'node:path';
import type { JobRequestInput } from '@destino/core';
import { DestinoError } from '@destino/core/errors';
import { quoteShell } from '@destino/helper';
import type { Variables } from '../workspace/places.ts';
import { baseVariables } from './base-variables.ts';
import { takeSnapshot, type SnapshotParts } from './take-snapshot.ts';

/** A command line as a job, without a file. */
export type CommandRun = {
  /** The program and its arguments; no shell reads them. */
  command: readonly string[];
  /** What the job gets a copy of. Default: the current folder. */
  folder?: string;
  /** Runs in `folder` itself, without a copy. Only where the target is this machine. */
  inPlace?: boolean;
  /** In order of preference. Default: the workspace's default target. */
  targets?: readonly string[];
};

export type Resolved = { request: JobRequestInput; notes: string[] };
export type RequestParts = SnapshotParts & { variables: Variables; defaultTargets: readonly string[] };

/** @throws `config-invalid` when there is no command, what `snapshotFolder` throws. */
export async function commandRequest(run: CommandRun, name: string, parts: RequestParts): Promise<Resolved> {
  if (run.command.length === 0 || run.command[0] === '') throw new DestinoError('config-invalid', 'there is no command to run', { hint: 'destino run -- python train.py' });
  const odd = run.command.find((word) => word.includes('\0'));
  if (odd !== undefined) throw new DestinoError('config-invalid', 'a command cannot hold the character NUL', { hint: 'pass binary data in a file' });
  const folder = resolve(run.folder ?? process.cwd());
  const place = run.inPlace === true ? { inPlace: folder } : await takeSnapshot(folder, parts);
  const request: JobRequestInput = {
    targets: [...(run.targets ?? parts.defaultTargets)],
    experiment: basename(folder) || 'Default',
    displayName: run.command.join(' ').slice(0, 80),
    spec: {
      name,
      command: [run.command.map((word) => quoteShell(word)).join(' ')],
      baseVariables: baseVariables(parts.variables),
      ...('inPlace' in place ? { inPlace: place.inPlace } : { snapshot: place.snapshot }),
    },
  };
  return { request, notes: 'notes' in place ? place.notes : [`running in ${folder} itself`] };
}
