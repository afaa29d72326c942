import { createHash } from 'node:crypto';

/** A GUID that is the same for the same text. */
export function guidOf(text: string): string {
  return createHash('sha256').update(text.toLowerCase()).digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
