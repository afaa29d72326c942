import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { platform, uptime, userInfo } from 'node:os';
import { join } from 'node:path';

/** What tells one process of this machine from every other, before and after a reboot. */
export type Machine = {
  readonly bootId: string;
  /** Whether this very process lives: a reused pid has another start, and a zombie does not live. */
  alive(pid: number, start: string): boolean;
  /** Grows from call to call, and by the time since the boot from process to process. */
  order(): bigint;
};

export function thisMachine(): Machine {
  const order = orderByUptime();
  const boot = linuxBootId();
  if (boot === undefined) return { bootId: bootTime(), alive: aliveByPs, order };
  return { bootId: boot, alive: aliveByProc, order };
}

/** Hundredths of a second since the boot, then this process's own count: the clock that all processes share is that coarse. */
function orderByUptime(): () => bigint {
  const perTick = 10_000_000n;
  let last = 0n;
  return () => {
    const now = BigInt(Math.floor(uptime() * 100)) * perTick;
    last = now > last ? now : last + 1n;
    return last;
  };
}

/** The folder that all workspaces of this account share. */
export function defaultMachineDir(): string {
  const home = userInfo().homedir;
  return platform() === 'darwin' ? join(home, 'Library/Application Support/destino/machine') : join(home, '.local/state/destino/machine');
}

function linuxBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined; // not Linux, or a /proc that hides it: the time of the boot serves as well
  }
}

function bootTime(): string {
  return execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).replaceAll(/\D/g, '');
}

function aliveByProc(pid: number, start: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[19] === start && fields[0] !== 'Z' && fields[0] !== 'X';
  } catch {
    return false;
  }
}

function aliveByPs(pid: number, start: string): boolean {
  try {
    const [state = 'Z', ...when] = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim().split(/\s+/);
    return when.join('-') === start && !state.startsWith('Z');
  } catch {
    return false;
  }
}
