import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { GroupState } from './group-state.ts';
import type { VolumeRequest } from './request.ts';
import type { Mount } from './runner.ts';

const execute = promisify(execFile);

export function volumeFolder({ folder }: GroupState, name: string): string {
  return join(folder, 'volumes', name);
}

/** Makes a group's volumes anew. @throws with the words of the platform when one cannot be mounted. */
export async function makeVolumes(state: GroupState): Promise<void> {
  for (const volume of state.request.properties.volumes ?? []) {
    const folder = volumeFolder(state, volume.name);
    if (volume.azureFile == null) await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await fill(volume, folder);
  }
}

async function fill({ name, azureFile, secret, gitRepo }: VolumeRequest, folder: string): Promise<void> {
  if (azureFile != null && (azureFile.storageAccountKey ?? '') === '') {
    throw new Error(`Volume ${name}: Output: mount error(13): Permission denied (no key for the storage account '${azureFile.storageAccountName}')`);
  }
  for (const [key, value] of Object.entries(secret ?? {})) await writeFile(join(folder, key), Buffer.from(value, 'base64'), { mode: 0o600 });
  if (gitRepo == null) return;
  const where = join(folder, gitRepo.directory ?? '.');
  try {
    await execute('git', ['clone', '--quiet', gitRepo.repository, where], { timeout: 60_000, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } });
    if ((gitRepo.revision ?? '') !== '') await execute('git', ['-C', where, 'checkout', '--quiet', gitRepo.revision ?? '']);
  } catch (error) {
    throw new Error(`Volume ${name}: git clone of ${gitRepo.repository} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

export function mountsOf(state: GroupState, mounts: readonly { name: string; mountPath: string; readOnly?: boolean | null | undefined }[]): Mount[] {
  return mounts.map(({ name, mountPath, readOnly }) => ({ hostPath: volumeFolder(state, name), mountPath, readOnly: readOnly === true }));
}
