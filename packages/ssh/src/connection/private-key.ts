import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';

export type ReadKey =
  | { file: string; key: ParsedKey; text: Buffer }
  | { file: string; trouble: 'absent' | 'encrypted' | 'wrong-passphrase' | 'unreadable'; publicKey?: ParsedKey };

/** Reads a private key, opened by the passphrase if it needs one. Never throws: what is wrong with it is the answer. */
export async function readPrivateKey(file: string, passphrase: string | undefined): Promise<ReadKey> {
  let text: Buffer;
  try {
    text = await readFile(file);
  } catch (error) {
    return { file, trouble: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unreadable' };
  }
  const key = firstKey(text, passphrase);
  if (key?.isPrivateKey() === true) return { file, key, text };
  const publicKey = await readPublic(`${file}.pub`);
  const encrypted = isEncrypted(text.toString('latin1'));
  const trouble = !encrypted ? 'unreadable' : passphrase === undefined ? 'encrypted' : 'wrong-passphrase';
  return { file, trouble, ...(publicKey !== undefined && { publicKey }) };
}

async function readPublic(file: string): Promise<ParsedKey | undefined> {
  try {
    return firstKey(await readFile(file), undefined);
  } catch {
    return undefined; // there need be none
  }
}

function firstKey(text: Buffer, passphrase: string | undefined): ParsedKey | undefined {
  const parsed = ssh2.utils.parseKey(text, passphrase);
  const first = Array.isArray(parsed) ? parsed[0] : parsed;
  return first instanceof Error ? undefined : first;
}

/** OpenSSH's format names the cipher after its magic word; the older ones say it in a header. */
function isEncrypted(text: string): boolean {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)/.exec(text)?.[1];
  if (body === undefined) return /ENCRYPTED/.test(text);
  const bytes = Buffer.from(body, 'base64');
  const start = 'openssh-key-v1\0'.length;
  const cipher = bytes.subarray(start + 4, start + 4 + bytes.readUInt32BE(start)).toString('latin1');
  return cipher !== 'none';
}
