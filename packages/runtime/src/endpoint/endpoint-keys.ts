import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DestinoError, isDestinoError } from '@destino/core/errors';
import { openSealed, readKey, seal } from '../secrets/seal.ts';

export type WhichKey = 'primary' | 'secondary';
export type EndpointKeyPair = { primary: string; secondary: string };

/** The keys of a workspace's endpoints: one sealed file each, which only this account can open. */
export class EndpointKeys {
  readonly #folder: string;
  readonly #root: string;

  constructor({ folder, root }: { folder: string; root: string }) {
    this.#folder = folder;
    this.#root = root;
  }

  /** Makes two keys for a new endpoint; what was left of an older one of that name is good no more. */
  create(endpoint: string): EndpointKeyPair {
    const pair = { primary: newKey(), secondary: newKey() };
    this.#write(endpoint, pair);
    return pair;
  }

  /** Replaces one key; the other stays good. @throws `config-invalid` for a value that is too short to be one. */
  rotate(endpoint: string, which: WhichKey, value: string = newKey()): EndpointKeyPair {
    if (!/^[\x21-\x7e]{16,256}$/.test(value)) throw new DestinoError('config-invalid', 'a key is 16 to 256 visible characters without blanks', { hint: `let one be made: destino endpoint keys ${endpoint} --rotate ${which}` });
    const pair = { ...this.#found(endpoint), [which]: value };
    this.#write(endpoint, pair);
    return pair;
  }

  /** @throws `not-found` when the keys are not on this machine. */
  read(endpoint: string): EndpointKeyPair {
    let sealed: string;
    try {
      sealed = readFileSync(this.#file(endpoint), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new DestinoError('not-found', `the keys of endpoint '${endpoint}' are not on this machine`, { scope: endpoint, hint: `make new ones: destino endpoint keys ${endpoint} --rotate primary`, cause: error });
    }
    return JSON.parse(openSealed(readKey(this.#root), `endpoint ${endpoint}`, sealed)) as EndpointKeyPair;
  }

  /** The keys, or new ones where a creation was cut off before it made them. */
  #found(endpoint: string): EndpointKeyPair {
    try {
      return this.read(endpoint);
    } catch (error) {
      if (!isDestinoError(error, 'not-found')) throw error;
      return { primary: newKey(), secondary: newKey() };
    }
  }

  delete(endpoint: string): void {
    rmSync(this.#file(endpoint), { force: true });
  }

  #write(endpoint: string, pair: EndpointKeyPair): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = this.#file(endpoint);
    const aside = `${file}.${randomBytes(6).toString('hex')}`;
    writeFileSync(aside, seal(readKey(this.#root), `endpoint ${endpoint}`, JSON.stringify(pair)), { mode: 0o600, flush: true });
    renameSync(aside, file);
  }

  #file(endpoint: string): string {
    return join(this.#folder, `${encodeURIComponent(endpoint)}.sealed`);
  }
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}
