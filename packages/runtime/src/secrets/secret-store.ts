import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DestinoError } from '@destino/core/errors';
import type { SecretReference } from '@destino/core/model';
import type { Secrets } from '@destino/core/driver';
import type { Variables } from '../workspace/places.ts';
import { openSealed, readKey, seal } from './seal.ts';

const namePattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,126}$/;

export type SecretStoreOptions = {
  /** Of this workspace: one sealed file a secret. */
  folder: string;
  /** Of this account: holds the key. */
  root: string;
  variables: Variables;
};

/**
 * The secrets of a workspace on this machine. `NAME` (or `store:NAME`) is kept sealed in a file, `env:NAME` is a variable of this
 * process or was handed over by another one, `file:PATH` is read at the moment of use.
 */
export class SecretStore implements Secrets {
  readonly #options: SecretStoreOptions;
  /** Handed over by another process; never written anywhere. */
  readonly #handed = new Map<string, string>();

  constructor(options: SecretStoreOptions) {
    this.#options = options;
  }

  /** @throws `not-found` with how to set it. */
  async resolve({ secret }: SecretReference): Promise<string> {
    const value = this.#lookUp(secret);
    if (value !== undefined) return value;
    throw new DestinoError('not-found', `there is no secret '${secret}'`, { scope: secret, hint: hintFor(secret) });
  }

  /** Keeps a value under a plain name and answers its reference. */
  async store(name: string, value: string): Promise<SecretReference> {
    this.set(name, value);
    return { secret: name };
  }

  /** @throws `config-invalid` for a name that cannot be kept. */
  set(name: string, value: string): void {
    checkName(name);
    const { folder, root } = this.#options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = this.#file(name);
    const aside = `${file}.${randomBytes(6).toString('hex')}`;
    writeFileSync(aside, seal(readKey(root), name, value), { mode: 0o600, flush: true });
    renameSync(aside, file);
  }

  /** Whether there was one. */
  delete(name: string): boolean {
    checkName(name);
    const there = this.names().includes(name);
    rmSync(this.#file(name), { force: true });
    return there;
  }

  /** Names of the secrets that are kept, sorted. */
  names(): string[] {
    try {
      return readdirSync(this.#options.folder).filter((file) => file.endsWith('.sealed')).map((file) => file.slice(0, -'.sealed'.length)).sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  /** Which of these can be had here. */
  available(wanted: readonly string[]): string[] {
    return wanted.filter((name) => this.#lookUp(name) !== undefined);
  }

  /** Values of `env:` secrets, for a process that lives longer than this one. */
  handOver(wanted: readonly string[]): Record<string, string> {
    return Object.fromEntries(wanted.filter((name) => name.startsWith('env:')).flatMap((name) => {
      const value = this.#lookUp(name);
      return value === undefined ? [] : [[name, value]];
    }));
  }

  /** Keeps values that another process handed over, in memory only. */
  accept(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) this.#handed.set(name, value);
  }

  #lookUp(name: string): string | undefined {
    if (name.startsWith('env:')) return this.#handed.get(name) ?? this.#options.variables[name.slice('env:'.length)];
    if (name.startsWith('file:')) return readIfThere(name.slice('file:'.length))?.replace(/\r?\n$/, '');
    const kept = name.startsWith('store:') ? name.slice('store:'.length) : name;
    if (!namePattern.test(kept)) return undefined;
    const sealed = readIfThere(this.#file(kept));
    return sealed === undefined ? undefined : openSealed(readKey(this.#options.root), kept, sealed);
  }

  #file(name: string): string {
    return join(this.#options.folder, `${name}.sealed`);
  }
}

function checkName(name: string): void {
  if (namePattern.test(name)) return;
  throw new DestinoError('config-invalid', `'${name}' is no name for a secret`, { hint: 'begin with a letter or _, then letters, digits, _, . and -' });
}

function hintFor(name: string): string {
  if (name.startsWith('env:')) return `set the variable where you run destino: export ${name.slice('env:'.length)}=…`;
  if (name.startsWith('file:')) return `write the value into ${name.slice('file:'.length)}`;
  return `destino secret set ${name.replace(/^store:/, '')}`;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
