import { createHash, createHmac, randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DestinoError } from '@destino/core/errors';

/** One line of a known_hosts file. */
export type KnownHost = { marker?: string; patterns: string; type: string; key: string; file: string; line: number };

export type KeyVerdict =
  | { is: 'known' }
  | { is: 'new' }
  | { is: 'changed' | 'revoked'; file: string; line: number };

/** Reads files of known hosts; those that are not there hold none. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHost[]> {
  const all: KnownHost[] = [];
  for (const file of files) all.push(...parseKnownHosts(await textOf(file), file));
  return all;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw new DestinoError('config-invalid', `${file} cannot be read (${code ?? String(error)})`, { hint: 'make it readable, or give another one: knownHostsFile', cause: error });
  }
}

export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined;
    const [patterns, type, key] = words;
    if (patterns === undefined || patterns.startsWith('#') || type === undefined || key === undefined) return [];
    return [{ ...(marker !== undefined && { marker }), patterns, type, key, file, line: index + 1 }];
  });
}

/** The name that known_hosts has a host under. */
export function knownName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** Whether the line speaks of this name: plainly, by a pattern, or by its hash. */
export function speaksOf({ patterns }: KnownHost, name: string): boolean {
  if (patterns.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = patterns.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  let found = false;
  for (const each of patterns.split(',')) {
    const not = each.startsWith('!');
    if (!wildcard(not ? each.slice(1) : each).test(name)) continue;
    if (not) return false;
    found = true;
  }
  return found;
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 'i');
}

/**
 * What the known hosts say of a key. Another key, of whatever type, where the host is known by one, is a changed key:
 * the types that are known are asked for first, so an honest server shows one of them.
 */
export function judgeKey(known: readonly KnownHost[], name: string, key: Uint8Array): KeyVerdict {
  const text = Buffer.from(key).toString('base64');
  const ours = known.filter((line) => line.marker !== '@cert-authority' && speaksOf(line, name));
  const revoked = ours.find((line) => line.marker === '@revoked' && line.key === text);
  if (revoked !== undefined) return { is: 'revoked', file: revoked.file, line: revoked.line };
  const plain = ours.filter((line) => line.marker === undefined);
  if (plain.some((line) => line.key === text)) return { is: 'known' };
  const other = plain.find((line) => line.type === keyType(key)) ?? plain[0];
  return other === undefined ? { is: 'new' } : { is: 'changed', file: other.file, line: other.line };
}

/** The types of the keys by which a host is known, to be asked for first. */
export function knownTypes(known: readonly KnownHost[], name: string): string[] {
  return known.filter((line) => line.marker === undefined && speaksOf(line, name)).map(({ type }) => type);
}

/** `ssh-ed25519` and the like: the first word of the key itself. */
export function keyType(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  return bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('latin1');
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Adds a key to a file of known hosts. */
export async function rememberKey(file: string, name: string, key: Uint8Array, hashed: boolean): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await textOf(file);
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(file, `${gap}${hashed ? hashName(name) : name} ${keyType(key)} ${Buffer.from(key).toString('base64')}\n`, { mode: 0o600 });
}

function hashName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}
