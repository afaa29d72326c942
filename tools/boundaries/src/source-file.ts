import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { listFiles, type WorkspacePackage } from '@destino/repository';
import { findImports, type ImportPlace } from './imports.ts';
import { readTokens, type Token } from './tokens.ts';

export type SourceFile = {
  /** Absolute path. */
  readonly path: string;
  /** Relative to its package, with forward slashes: `src/driver/handle.ts`. */
  readonly name: string;
  /** Product code is what is published; tests and configuration are not. */
  readonly role: 'product' | 'test' | 'configuration';
  readonly tokens: readonly Token[];
  readonly imports: readonly ImportPlace[];
};

/** Reads every TypeScript and JavaScript file of a package; what stands in a `fixtures` folder is data, not code. */
export function readSources(from: WorkspacePackage): SourceFile[] {
  const paths = listFiles(from.path).filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !path.includes(`${sep}fixtures${sep}`));
  return paths.map((path) => {
    const name = relative(from.path, path).split(sep).join('/');
    const tokens = readTokens(readFileSync(path, 'utf8'));
    return { path, name, role: roleOf(name), tokens, imports: findImports(tokens) };
  });
}

function roleOf(name: string): SourceFile['role'] {
  // A support file of tests (`trial.test.support.ts`) is one of them.
  if (/(^|\/)test\/|\.test(-d|\.support)?\.[cm]?[jt]sx?$/.test(name)) return 'test';
  return /^[\w.-]+\.config\.[cm]?[jt]s$/.test(name) ? 'configuration' : 'product';
}
