import { dirname, resolve } from 'node:path';
import { DestinoError } from '@destino/core/errors';

/** The secret that `${{secrets.NAME}}`, `env:NAME`, `file:PATH` or `store:NAME` names. @throws for anything else: a value does not belong into a file. */
export function secretOf(text: string, field: string, file: string): string {
  const named = /^\$\{\{\s*secrets\.([A-Za-z_][\w.-]*)\s*\}\}$/.exec(text)?.[1];
  if (named !== undefined) return named;
  if (/^(env|file|store):./.test(text)) return text;
  throw new DestinoError('config-invalid', `${file}: ${field} holds a credential that is no reference to a secret`, { scope: file, hint: 'destino secret set NAME, then write ${{secrets.NAME}} here; or env:NAME, file:PATH' });
}

/** The registries of a workspace file. @throws `config-invalid` for a password that is no reference. */
export function registriesOf(given: readonly { server: string; username?: string | undefined; password?: string | undefined; push?: boolean | undefined }[] | undefined, file: string): RegistrySetting[] {
  return (given ?? []).map(({ server, username, password, push = false }) => ({
    server,
    push,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: secretOf(password, 'registries', file) }),
  }));
}

/** An image registry; `password` names a secret. */
export type RegistrySetting = { server: string; username?: string; password?: string; push: boolean };

/** Where content lies for targets that cannot reach this machine. `credential` names a secret. */
export type StorageSetting = { folder: string } | { container: string; credential?: string };

/** The storage of a workspace file. @throws `config-invalid` when it is neither or both. */
export function storageOf(given: string | { path?: string | undefined; container?: string | undefined; credential?: string | undefined }, file: string): StorageSetting {
  const { path, container, credential } = typeof given === 'string' ? (/^https?:/.test(given) ? { container: given, path: undefined, credential: undefined } : { path: given, container: undefined, credential: undefined }) : given;
  if ((path === undefined) === (container === undefined)) {
    throw new DestinoError('config-invalid', `${file}: storage is a folder (path) or a container, one of the two`, { scope: file, hint: 'storage: ./shared, or storage: { container: https://ACCOUNT.blob.core.windows.net/CONTAINER, credential: ${{secrets.NAME}} }' });
  }
  if (path !== undefined) return { folder: resolve(dirname(file), path) };
  return { container: container ?? '', ...(credential !== undefined && { credential: secretOf(credential, 'storage', file) }) };
}

export type ContentSettings = { storage: StorageSetting | undefined; registries: RegistrySetting[] };

/** What a workspace file says of storage and registries. @throws `config-invalid` when it cannot be read. */
export async function readContentSettings(file: string): Promise<ContentSettings> {
  const { readWorkspaceFile } = await import('./settings.ts');
  const { storage, registries } = await readWorkspaceFile(file);
  return { storage: storage === undefined ? undefined : storageOf(storage, file), registries: registriesOf(registries, file) };
}
