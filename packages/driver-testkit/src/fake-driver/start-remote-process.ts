import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DestinoError } from '@destino/core/errors';
import type { RemoteSettingsInput } from './remote/settings.ts';

export type RemoteProcess = {
  /** For `connectFakeRemote`, of this process or any other on the machine. */
  address: string | number;
  pid: number;
  stop(): Promise<void>;
};

const greetingSchema = z.strictObject({ address: z.union([z.string(), z.int()]) });

/** Starts a world in a process of its own. @throws `unavailable` when it ends before it listens. */
export async function startRemoteProcess(options: { settings?: RemoteSettingsInput; socketPath?: string } = {}): Promise<RemoteProcess> {
  const fromSource = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(fromSource ? 'remote-process.ts' : 'remote-process.js', import.meta.url));
  const condition = fromSource ? ['--conditions=@destino/source'] : [];
  const args = [...condition, entry, '--settings', JSON.stringify(options.settings ?? {}), ...(options.socketPath === undefined ? [] : ['--listen', options.socketPath])];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [unknown];
  if (typeof line !== 'string' || child.pid === undefined) throw new DestinoError('unavailable', 'the process of the fake remote ended before it listened');
  return {
    address: greetingSchema.parse(JSON.parse(line)).address,
    pid: child.pid,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
