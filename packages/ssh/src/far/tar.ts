/**
 * Just enough of tar for every tar there is: ustar, names of any bytes, long names in GNU's way, which BusyBox and BSD
 * read too. (The libraries write long and foreign names in POSIX's extended headers, which BusyBox ignores.)
 */
export type TarEntry = { path: string; mode: number; sizeBytes: number; link?: string };

const blockBytes = 512;
const shortNameBytes = 100;
const longName = '././@LongLink';

/** The header of one entry; its bytes follow, then `tarPadding`. */
export function tarHeader({ path, mode, sizeBytes, link }: TarEntry): Buffer {
  const name = Buffer.from(path);
  const target = Buffer.from(link ?? '');
  const before: Buffer[] = [];
  if (target.length > shortNameBytes) before.push(longRecord('K', target));
  if (name.length > shortNameBytes) before.push(longRecord('L', name));
  return Buffer.concat([...before, block({ name, mode, sizeBytes: link === undefined ? sizeBytes : 0, type: link === undefined ? '0' : '2', target })]);
}

/** What rounds an entry of this size up to whole blocks. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

/** What ends an archive. */
export const tarEnd: Buffer = Buffer.alloc(2 * blockBytes);

/** A whole archive of small files. */
export function tarOf(files: readonly (Omit<TarEntry, 'sizeBytes'> & { bytes?: Uint8Array | string })[]): Buffer {
  const chunks = files.flatMap(({ bytes = '', ...entry }) => {
    const content = Buffer.from(bytes);
    return [tarHeader({ ...entry, sizeBytes: content.length }), ...(entry.link === undefined ? [content, tarPadding(content.length)] : [])];
  });
  return Buffer.concat([...chunks, tarEnd]);
}

function longRecord(type: string, text: Buffer): Buffer {
  const content = Buffer.concat([text, Buffer.alloc(1)]);
  const header = block({ name: Buffer.from(longName), mode: 0, sizeBytes: content.length, type, target: Buffer.alloc(0) });
  return Buffer.concat([header, content, tarPadding(content.length)]);
}

type Block = { name: Buffer; mode: number; sizeBytes: number; type: string; target: Buffer };

function block({ name, mode, sizeBytes, type, target }: Block): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, length: number): void => void header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  name.copy(header, 0, 0, shortNameBytes);
  octal(mode & 0o7777, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(sizeBytes, 124, 12);
  octal(0, 136, 12); // the time of a copy says nothing about its content
  header.write('        ', 148, 'latin1');
  header.write(type, 156, 'latin1');
  target.copy(header, 157, 0, shortNameBytes);
  header.write('ustar  \0', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
