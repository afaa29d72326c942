import { readFileSync } from 'node:fs';
import type { StateStore } from '@destino/core/store';

/**
 * Ends the sessions of hosts of this machine whose process is gone, so that what they looked after is free at once
 * and not only when their time is up. A process id that somebody else has meanwhile counts as alive: then time decides.
 */
export async function endDeadSessions(store: StateStore, hostId: string): Promise<void> {
  for (const { id, host } of await store.sessions()) {
    if (host.hostId === hostId && host.pid !== undefined && host.pid !== process.pid && !isAlive(host.pid)) await store.endSession(id);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another account's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  return !isZombie(pid);
}

/** Dead, but not yet taken note of by its parent: in containers whose first process does not care it stays so. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[ZXx]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return true; // gone between the two looks
    throw error;
  }
}
