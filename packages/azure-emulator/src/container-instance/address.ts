import { createHash } from 'node:crypto';
import { platform } from 'node:os';

/** A loopback address of the group's own, where the system has them all (Linux); else the one that everybody has. */
export function addressOf(id: string): string {
  if (platform() !== 'linux') return '127.0.0.1';
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(id.toLowerCase()).digest();
  return `127.${64 + (a % 128)}.${b}.${1 + (c % 254)}`;
}
