import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * An id of this machine and account, the same after a restart: what handles that do not travel are judged by. Without
 * a machine id of the system's own, one is kept in `stateRoot`.
 */
export function readHostId(stateRoot: string): string {
  const { uid, username } = userInfo();
  const account = uid >= 0 ? String(uid) : username;
  return createHash('sha256').update(`${systemMachineId() ?? keptMachineId(stateRoot)}\n${account}`).digest('hex').slice(0, 24);
}

function systemMachineId(): string | undefined {
  for (const file of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    const text = readIfThere(file)?.trim();
    if (text !== undefined && /^[0-9a-f]{32}$/.test(text)) return text;
  }
  return undefined;
}

/** Written once, whole: of two processes at the same moment the second reads what the first wrote. */
function keptMachineId(stateRoot: string): string {
  const file = join(stateRoot, 'machine-id');
  const known = readIfThere(file)?.trim();
  if (known !== undefined && known !== '') return known;
  mkdirSync(stateRoot, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomUUID()}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
