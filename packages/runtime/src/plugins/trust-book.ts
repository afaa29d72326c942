import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DestinoError } from '@destino/core/errors';
import { ensurePrivateFolder } from '../workspace/places.ts';
import type { PluginEntry } from './plugin-state.ts';

const trustSchema = z.record(z.string(), z.string());

/**
 * Which files this account trusts to name code. Trust holds for the plugins that a file named when it was given, by
 * version and integrity: another plugin, or another version, needs it anew.
 */
export class TrustBook {
  readonly #root: string;
  readonly #path: string;

  constructor(root: string) {
    this.#root = root;
    this.#path = join(root, 'trust.json');
  }

  trusts(file: string, entries: readonly PluginEntry[]): boolean {
    return this.#read()[realpathSync(file)] === digestOf(entries);
  }

  give(file: string, entries: readonly PluginEntry[]): void {
    this.#write({ ...this.#read(), [realpathSync(file)]: digestOf(entries) });
  }

  /** Answers whether there was any. */
  revoke(file: string): boolean {
    const { [realpathSync(file)]: had, ...rest } = this.#read();
    if (had !== undefined) this.#write(rest);
    return had !== undefined;
  }

  #read(): Record<string, string> {
    if (!existsSync(this.#path)) return {};
    try {
      return trustSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (cause) {
      throw new DestinoError('config-invalid', `${this.#path} cannot be read`, { cause, hint: `remove it, and trust again: rm ${this.#path} && destino trust` });
    }
  }

  #write(trust: Record<string, string>): void {
    ensurePrivateFolder(this.#root);
    const fresh = `${this.#path}.${process.pid}`;
    writeFileSync(fresh, `${JSON.stringify(trust, null, 2)}\n`, { mode: 0o600 });
    renameSync(fresh, this.#path);
  }
}

function digestOf(entries: readonly PluginEntry[]): string {
  const named = entries.map(({ name, version, integrity, path }) => JSON.stringify([name, version ?? null, integrity ?? null, path ?? null]));
  return createHash('sha256').update(named.sort().join('\n')).digest('hex');
}
