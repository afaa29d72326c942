import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secrets } from '@destino/core/driver';
import type { SecretReference } from '@destino/core/model';

/** A registry of the workspace. */
export type Registry = { server: string; username?: string; password?: SecretReference; /** Takes what is built here. */ push: boolean };

/**
 * Does `work` with a docker configuration of its own that knows the registries: a folder that only this account may
 * enter and that is gone afterwards. No password reaches an argument or stays behind.
 */
export async function withRegistries<T>(registries: readonly Registry[], secrets: Secrets, work: (configFolder: string | undefined) => Promise<T>): Promise<T> {
  const known = registries.filter(({ password }) => password !== undefined);
  if (known.length === 0) return await work(undefined);
  const folder = await mkdtemp(join(tmpdir(), 'destino-registries-'));
  try {
    const auths: Record<string, { auth: string }> = {};
    for (const { server, username = '', password } of known) {
      if (password !== undefined) auths[server] = { auth: Buffer.from(`${username}:${await secrets.resolve(password)}`).toString('base64') };
    }
    await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
