import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DestinoError } from '@destino/core/errors';

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** The key of this account, in a file that only it may read; made when first wanted. */
export function readKey(root: string): Buffer {
  const file = join(root, 'secret.key');
  const known = keyIn(file);
  if (known !== undefined) return known;
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(aside, randomBytes(keyBytes), { mode: 0o600, flush: true });
  try {
    // A link is made whole or not at all: of two processes at the same moment both go on with the first one's key.
    linkSync(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  const made = keyIn(file);
  if (made !== undefined) return made;
  throw new DestinoError('internal', `the key of the secrets cannot be read back from ${file}`);
}

function keyIn(file: string): Buffer | undefined {
  try {
    const key = readFileSync(file);
    if (key.length === keyBytes) return key;
    throw new DestinoError('internal', `the key of the secrets in ${file} is damaged`, { hint: `remove it and set the secrets again: rm ${file}` });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A value as one line of text that only the key opens, and only under this name. */
export function seal(key: Buffer, name: string, value: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return `${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64')}\n`;
}

/** @throws `internal` when the text was sealed with another key or under another name, or is damaged. */
export function openSealed(key: Buffer, name: string, text: string): string {
  const bytes = Buffer.from(text.trim(), 'base64');
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes)).setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new DestinoError('internal', `the secret '${name}' cannot be opened with this account's key`, { hint: `set it again: destino secret set ${name}`, cause });
  }
}
