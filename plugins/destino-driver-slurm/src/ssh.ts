import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './program.ts';
import type { Carrier } from './shell.ts';

/** A shared connection that nobody uses is closed after so long, also when its opener was killed. */
const idleSeconds = 60;

/** Carries commands over one shared connection of the system's own ssh: its keys, agent, config and jump hosts count. */
export function openSsh(host: string, options: readonly string[]): Carrier {
  let folder: string | undefined;
  const shared = (): string[] => {
    folder ??= mkdtempSync(join(tmpdir(), 'dslurm-')); // short: a socket's path has at most about 100 bytes
    return ['-o', `ControlPath=${join(folder, '%C')}`];
  };
  const common = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15', '-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=3'];
  return {
    wrap: (command) => ['ssh', '-T', ...shared(), '-o', 'ControlMaster=auto', '-o', `ControlPersist=${idleSeconds}`, ...common, ...options, '--', host, command],
    close: async () => {
      if (folder === undefined) return;
      const path = folder;
      folder = undefined;
      await runProgram('ssh', ['-o', `ControlPath=${join(path, '%C')}`, '-O', 'exit', ...options, '--', host], {}); // without a connection it fails, and there is nothing to close
      rmSync(path, { recursive: true, force: true });
    },
  };
}
