import { readFileSync } from 'node:fs';

let known: string | undefined;

/** Of this package, as its manifest says: two folders up from the sources, three from the bundle. */
export function readVersion(): string {
  known ??= ['../package.json', '../../package.json'].map((path) => manifestAt(new URL(path, import.meta.url))).find((manifest) => manifest?.name === 'destino')?.version ?? 'unknown';
  return known;
}

function manifestAt(url: URL): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined; // another layout: the next place is tried
  }
}
