import path from 'node:path';
import { DestinoError } from '../errors/index.ts';
import { checkedHash, checkedSegmentName, hashOfName } from './blob-store.ts';

const longestPartBytes = 240;
/** Names that mean a device on Windows, with or without an ending. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/;

/** Where content with this hash lies below the folder's `content`. */
export function contentPath(hash: string): string {
  return path.join(checkedHash(hash).slice(0, 2), hash);
}

/**
 * Where a segment lies below the folder's `segments`. Every part is escaped so that it is plain on any file system:
 * upper case too, since some do not tell it from lower case. Folders end in `+`, so that `a` and `a/b` can both be.
 */
export function segmentPath(name: string): string {
  const parts = checkedSegmentName(name).split('/').map(escapePart);
  const last = parts.pop() ?? '';
  return path.join(...parts.map((part) => `${part}+`), last);
}

/** Where anything lies below the store's folder, content and segments alike. */
export function blobPath(name: string): string {
  const hash = hashOfName(name);
  return hash === undefined ? path.join('segments', segmentPath(name)) : path.join('content', contentPath(hash));
}

export function escapePart(part: string): string {
  const escaped = [...Buffer.from(part, 'utf8')].map(escapeByte).join('');
  const start = escaped.startsWith('.') || deviceName.test(escaped) ? hexByte(escaped.charCodeAt(0)) + escaped.slice(1) : escaped;
  const plain = start.endsWith('.') ? start.slice(0, -1) + hexByte(46) : start;
  if (plain.length <= longestPartBytes) return plain;
  throw new DestinoError('config-invalid', `the part ${JSON.stringify(part.slice(0, 80))} of a segment name is too long for a file name`);
}

/** The part that `escapePart` made this of; `undefined` for what it never makes, as a stranger's file. */
export function unescapePart(escaped: string): string | undefined {
  if (!/^(?:[a-z0-9._=@-]|%[0-9a-f]{2})+$/.test(escaped)) return undefined;
  const bytes = escaped.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const part = Buffer.from(bytes, 'latin1').toString('utf8');
  return part !== '.' && part !== '..' && escapePart(part) === escaped ? part : undefined;
}

function escapeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return byte < 128 && /[a-z0-9._=@-]/.test(character) ? character : hexByte(byte);
}

function hexByte(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}
