import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DestinoError } from '@destino/core/errors';

export type NewDriver = {
  /** The kind: kebab-case, as `acme-batch`. */
  kind: string;
  /** A package of its own, or one of Destino's repository. */
  place: 'outside' | 'inside';
};

const template = fileURLToPath(new URL('../../template', import.meta.url));
const ending = '.txt';
const docsFile = 'docs.md';

/**
 * Every file of a driver that works and passes the conformance checks, by its path in the package, and its page for
 * users. @throws `config-invalid` for a kind that is not kebab-case.
 */
export function driverFiles({ kind, place }: NewDriver): { package: string; files: Map<string, string>; page: string } {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(kind)) throw new DestinoError('config-invalid', `'${kind}' is no kind of a driver`, { hint: 'letters, digits and single dashes, as acme-batch' });
  const name = place === 'inside' ? `@destino/driver-${kind}` : `destino-driver-${kind}`;
  const words: Readonly<Record<string, string>> = { kind, package: name, version: ownVersion() };
  const files = new Map<string, string>();
  for (const folder of ['package', place]) {
    for (const path of pathsBelow(join(template, folder))) {
      const text = readFileSync(join(template, folder, path), 'utf8').replaceAll(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole);
      files.set(path.slice(0, -ending.length), text);
    }
  }
  const page = files.get(docsFile) ?? '';
  files.delete(docsFile);
  return { package: name, files, page };
}

function pathsBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')).sort();
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(join(template, '../package.json'), 'utf8')) as { version: string }).version;
}
