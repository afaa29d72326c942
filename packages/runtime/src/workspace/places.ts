import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { DestinoError } from '@destino/core/errors';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Where everything of a workspace is kept on this machine. */
export type Places = {
  /** Of all workspaces of this account. */
  root: string;
  /** Of this workspace. */
  folder: string;
  database: string;
  blobs: string;
  secrets: string;
  endpointKeys: string;
  /** Working folders of targets, by name. */
  work: string;
  log: string;
  agentLog: string;
  agentLock: string;
  agentSocket: string;
};

/**
 * The state folder of this account: `DESTINO_STATE_DIR`, else the platform's own place for state.
 * @throws `config-invalid` when `DESTINO_STATE_DIR` is not an absolute path.
 */
export function stateRoot(variables: Variables, platform: NodeJS.Platform = process.platform): string {
  const chosen = variables['DESTINO_STATE_DIR'];
  if (chosen !== undefined && chosen !== '') {
    if (isAbsolute(chosen)) return resolve(chosen);
    throw new DestinoError('config-invalid', `DESTINO_STATE_DIR is not an absolute path: ${chosen}`, { hint: `set it to ${resolve(chosen)}` });
  }
  const home = variables['HOME'] ?? homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'destino');
  if (platform === 'win32') return join(variables['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'destino');
  const state = variables['XDG_STATE_HOME'];
  return join(state !== undefined && isAbsolute(state) ? state : join(home, '.local', 'state'), 'destino');
}

/** The file with a user's own defaults, the same in all workspaces. */
export function userFilePath(variables: Variables): string {
  const home = variables['HOME'] ?? homedir();
  const chosen = variables['XDG_CONFIG_HOME'];
  if (process.platform === 'win32') return join(variables['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'destino', 'config.yaml');
  return join(chosen !== undefined && isAbsolute(chosen) ? chosen : join(home, '.config'), 'destino', 'config.yaml');
}

/** The places of the workspace whose folder below the root is `id`. */
export function placesOf(root: string, id: string, variables: Variables): Places {
  const folder = join(root, 'workspaces', id);
  return {
    root,
    folder,
    database: join(folder, 'destino.db'),
    blobs: join(folder, 'blobs'),
    secrets: join(folder, 'secrets'),
    endpointKeys: join(folder, 'endpoint-keys'),
    work: join(folder, 'targets'),
    log: join(folder, 'destino.log'),
    agentLog: join(folder, 'agent.log'),
    agentLock: join(folder, 'agent.lock'),
    // Its name is a hash, and most commands need neither.
    get agentSocket() {
      return socketPath(folder, variables);
    },
  };
}

/** The kernel keeps this many bytes for the path of a socket, the closing zero included; macOS keeps fewer. */
const longestSocketPath = process.platform === 'linux' ? 107 : 103;

/** A short name for the socket that belongs to a state folder, below the runtime folder of this account. */
export function socketPath(folder: string, variables: Variables): string {
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 20);
  if (process.platform === 'win32') return `\\\\.\\pipe\\destino-${name}`;
  const runtime = variables['XDG_RUNTIME_DIR'];
  const preferred = runtime === undefined || !isAbsolute(runtime) ? undefined : join(runtime, 'destino', `${name}.sock`);
  if (preferred !== undefined && runtime !== undefined && Buffer.byteLength(preferred) <= longestSocketPath && isWritable(runtime)) return preferred;
  const account = `destino-${userInfo().uid}`;
  const path = join(tmpdir(), account, `${name}.sock`);
  return Buffer.byteLength(path) <= longestSocketPath ? path : join('/tmp', account, `${name}.sock`);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false; // the answer to the question, and no fault
  }
}

/**
 * Makes a folder that only this account may enter.
 * @throws `forbidden` when it is there and is somebody else's, `unavailable` where it cannot be made.
 */
export function ensurePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const hint = 'give a folder that can be written: DESTINO_STATE_DIR=/path/to/folder';
    throw new DestinoError('unavailable', `the folder ${folder} cannot be made (${(cause as NodeJS.ErrnoException).code})`, { hint, cause });
  }
  if (process.platform === 'win32') return;
  const { uid, mode } = lstatSync(folder);
  if (uid === userInfo().uid && (mode & 0o022) === 0) return;
  throw new DestinoError('forbidden', `the folder ${folder} is not this account's alone`, { hint: `give another: XDG_RUNTIME_DIR or TMPDIR, or remove it: rm -r ${folder}` });
}
