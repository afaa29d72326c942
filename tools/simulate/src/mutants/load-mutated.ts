import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

/** One place where the sources are made wrong. `file` is a path's end; `find` stands there exactly once. */
export type Replacement = { file: string; find: string; replace: string };

/** Loads sources with pieces of text replaced. @throws when a text is not found exactly once in a file as it is loaded. */
export function loadMutated(replacements: readonly Replacement[]): { assertLoaded(): void } {
  const open = new Set(replacements);
  registerHooks({
    load: (url, context, next) => {
      const own = url.startsWith('file:') ? replacements.filter(({ file }) => fileURLToPath(url).endsWith(`/${file}`)) : [];
      if (own.length === 0) return next(url, context);
      let source = readFileSync(fileURLToPath(url), 'utf8');
      for (const replacement of own) {
        source = replaced(source, replacement);
        open.delete(replacement);
      }
      return { format: 'module', source: stripTypeScriptTypes(source), shortCircuit: true };
    },
  });
  return {
    assertLoaded: () => {
      for (const { file } of open) throw new Error(`mutant: ${file} was never loaded`);
    },
  };
}

function replaced(source: string, { file, find, replace }: Replacement): string {
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`mutant: '${find}' stands ${count} times in ${file}, not once`);
  return source.replace(find, () => replace);
}
