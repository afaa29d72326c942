import { isUtf8 } from 'node:buffer';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { GroupState } from './group-state.ts';
import { mapPaths } from './map-paths.ts';
import type { VolumeRequest } from './request.ts';
import type { Mount } from './runner.ts';

const execute = promisify(execFile);

export function volumeFolder({ folder }: GroupState, name: string): string {
  return join(folder, 'volumes', name);
}

/** Makes a group's volumes anew. @throws with the words of the platform when one cannot be mounted. */
export async function makeVolumes(state: GroupState, containers: 'docker' | 'process'): Promise<void> {
  const places = containers === 'docker' ? [] : placesOf(state);
  for (const volume of state.request.properties.volumes ?? []) {
    const folder = volumeFolder(state, volume.name);
    if (volume.azureFile == null) await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await fill(volume, folder, places);
  }
}

async function fill({ name, azureFile, secret, gitRepo }: VolumeRequest, folder: string, places: readonly Place[]): Promise<void> {
  if (azureFile != null && (azureFile.storageAccountKey ?? '') === '') {
    throw new Error(`Volume ${name}: Output: mount error(13): Permission denied (no key for the storage account '${azureFile.storageAccountName}')`);
  }
  for (const [key, value] of Object.entries(secret ?? {})) await writeFile(join(folder, key), mapped(Buffer.from(value, 'base64'), places), { mode: 0o600 });
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

type Place = { from: string; to: string };

/** Where the mount paths of all containers of the group lie in truth. */
function placesOf(state: GroupState): Place[] {
  const { containers, initContainers } = state.request.properties;
  const mounts = [...containers, ...(initContainers ?? [])].flatMap(({ properties }) => properties.volumeMounts ?? []);
  return mounts.map(({ name, mountPath }) => ({ from: mountPath, to: volumeFolder(state, name) }));
}

/** Scripts name mount paths too: in texts they are mapped as in commands. */
function mapped(bytes: Buffer, places: readonly Place[]): Buffer {
  return places.length === 0 || !isUtf8(bytes) || bytes.includes(0) ? bytes : Buffer.from(mapPaths(bytes.toString('utf8'), places));
}
