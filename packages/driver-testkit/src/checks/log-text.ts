import type { LogRecord } from '@destino/core/model';

/** The text of each source, and how many bytes of it were told as lost. */
export function textBySource(records: readonly LogRecord[]): Record<string, string> {
  const parts = new Map<string, Uint8Array[]>();
  for (const record of records) {
    const list = parts.get(record.source) ?? [];
    if ('bytes' in record) list.push(record.bytes);
    parts.set(record.source, list);
  }
  const joined = [...parts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(joined.map(([source, list]) => [source, Buffer.concat(list).toString('utf8')]));
}

/** All lines, source after source. */
export function linesOf(records: readonly LogRecord[]): string[] {
  return Object.values(textBySource(records)).flatMap((text) => text.split('\n').filter((line) => line !== ''));
}

export function hasGap(records: readonly LogRecord[]): boolean {
  return records.some((record) => 'gap' in record);
}

/** `line 1` to `line N`. */
export function numberedLines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}`);
}
