import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DestinoError } from '@destino/core/errors';

/** Which workspace is meant, and how it was found. */
export type WorkspaceChoice = {
  /** As people call it. */
  name: string;
  /** Its folder below the state root; safe as a file name. */
  id: string;
  /** The `destino.yaml` that describes it, where there is one. */
  file?: string;
  /** How it was chosen, for people: `--workspace`, `destino.yaml`, `default`. */
  origin: 'chosen' | 'file' | 'default';
};

export const workspaceFileNames = ['destino.yaml', 'destino.yml'] as const;
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/;

/** The `destino.yaml` of `folder` or of the nearest folder above it. */
export function findWorkspaceFile(folder: string): string | undefined {
  for (let current = resolve(folder); ; current = dirname(current)) {
    for (const name of workspaceFileNames) {
      const file = join(current, name);
      if (existsSync(file)) return file;
    }
    if (dirname(current) === current) return undefined;
  }
}

/**
 * The workspace that is meant: by `choice` (a name, or the path of a folder or file), else by the nearest
 * `destino.yaml`, else the account's `default`. `readName` gives the name that a file states.
 * @throws `config-invalid` for a name that is none, `not-found` for a path without a `destino.yaml`, `unsupported` for
 * the address of a server.
 */
export async function chooseWorkspace(options: { choice?: string | undefined; folder: string; readName(file: string): Promise<string | undefined> }): Promise<WorkspaceChoice> {
  const { choice, folder, readName } = options;
  if (choice === undefined || choice === '') {
    const file = findWorkspaceFile(folder);
    return file === undefined ? { name: 'default', id: 'default', origin: 'default' } : { ...(await describedBy(file, readName)), origin: 'file' };
  }
  if (/^https?:\/\//i.test(choice)) {
    throw new DestinoError('unsupported', `the workspace ${choice} is on a server, and this version works with workspaces of this machine only`, { hint: 'give the name of a workspace: destino workspace list' });
  }
  if (!isPath(choice)) {
    if (namePattern.test(choice)) return { name: choice, id: choice, origin: 'chosen' };
    throw new DestinoError('config-invalid', `'${choice}' is no name for a workspace`, { hint: 'letters, digits, ., - and _, at most 63; or the path of a folder' });
  }
  return { ...(await describedBy(fileAt(resolve(folder, choice)), readName)), origin: 'chosen' };
}

function isPath(choice: string): boolean {
  return choice.includes('/') || choice.includes('\\') || choice === '.' || choice === '..' || /\.ya?ml$/i.test(choice);
}

function fileAt(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  const file = stats?.isFile() === true ? path : workspaceFileNames.map((name) => join(path, name)).find((each) => existsSync(each));
  if (file === undefined) throw new DestinoError('not-found', `there is no destino.yaml at ${path}`, { scope: path, hint: `make one: cd ${path} && destino init` });
  return file;
}

async function describedBy(file: string, readName: (file: string) => Promise<string | undefined>): Promise<{ name: string; id: string; file: string }> {
  const name = await readName(file);
  if (name !== undefined) return { name, id: name, file };
  // Two projects may have folders of the same name: their path tells them apart.
  const folder = realpathSync(dirname(file));
  const plain = basename(folder).replaceAll(/[^a-zA-Z0-9._-]/g, '-').replace(/^[^a-zA-Z0-9]+/, '').slice(0, 40);
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  return { name: plain === '' ? hash : plain, id: plain === '' ? `w-${hash}` : `${plain}-${hash}`, file };
}
