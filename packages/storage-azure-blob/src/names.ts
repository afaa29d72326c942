import { checkedSegmentName, hashOfName } from '@destino/core/blob';

/** Characters that every part of the service takes as they are. Azure turns a backslash into a slash, and drops points at the end of a part. */
const plain = /[A-Za-z0-9._=@:+,()-]/;

/** How a name of ours is spelled in the container. Names differ as far as ours do; most are spelled as they are. */
export function blobName(name: string): string {
  if (hashOfName(name) !== undefined) return name;
  return checkedSegmentName(name).split('/').map(escapePart).join('/');
}

function escapePart(part: string): string {
  return escapeText(part).replace(/\.$/, '!2e');
}

/** What the spelling of every name begins with that begins with `prefix`. */
export function blobPrefix(prefix: string): string {
  const parts = prefix.split('/');
  const last = escapeText(parts.pop() ?? '').replace(/\.+$/, '');
  return [...parts.map(escapePart), last].join('/');
}

function escapeText(text: string): string {
  return [...Buffer.from(text.toWellFormed(), 'utf8')].map((byte) => {
    const character = String.fromCharCode(byte);
    return byte < 128 && plain.test(character) ? character : `!${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}

/** The name that is spelled so; `undefined` for a stranger's blob. */
export function nameOfBlob(spelled: string): string | undefined {
  if (hashOfName(spelled) !== undefined) return spelled;
  const bytes = spelled.replace(/!([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const name = Buffer.from(bytes, 'latin1').toString('utf8');
  try {
    return blobName(name) === spelled ? name : undefined;
  } catch {
    return undefined; // no name of ours is spelled so: the answer, and no fault
  }
}
