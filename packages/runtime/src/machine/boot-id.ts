import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Windows tells no id of a boot: its time, rounded to this, stands for it. Milliseconds. */
const bootRoundingMs = 600_000;

/** An id of the running boot of this machine: no process outlives a change of it. */
export function readBootId(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  if (process.platform === 'darwin') {
    const { execFileSync } = process.getBuiltinModule('node:child_process');
    return execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim();
  }
  return `boot-${Math.round((Date.now() - uptime() * 1000) / bootRoundingMs)}`;
}
