import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPackages, type WorkspacePackage } from '@destino/repository';
import { nxTargets, ownDependencies, toSibling } from './check-package.ts';

const targets = `"targets": { ${nxTargets.map((target) => `"${target}": {}`).join(', ')} }`;

/** Writes what follows from the packages alone: nx targets and all tsconfig references. Leaves other text as it is. */
export function fixRepository(root: string): void {
  const packages = readPackages(root);
  const references = packages.map(({ folder }) => `    { "path": "${folder}" }`).join(',\n');
  writeFileSync(join(root, 'tsconfig.json'), `{\n  "files": [],\n  "references": [\n${references}\n  ]\n}\n`);
  for (const each of packages) {
    fixTargets(each);
    fixReferences(each, packages);
  }
}

function fixTargets({ path, manifest }: WorkspacePackage): void {
  if (nxTargets.every((target) => target in (manifest.nx?.targets ?? {}))) return;
  rewrite(join(path, 'package.json'), (text) => text.replace(/("nx": \{\s*"tags": \[[^\]]*\])\s*\}/, `$1, ${targets} }`));
}

function fixReferences(each: WorkspacePackage, packages: readonly WorkspacePackage[]): void {
  const paths = ownDependencies(each, packages).map(({ folder }) => `{ "path": "${toSibling(`../../${folder}`, each)}" }`);
  rewrite(join(each.path, 'tsconfig.json'), (text) => text.replace(/"references": \[[^\]]*\]/, `"references": [${paths.join(', ')}]`));
}

function rewrite(path: string, change: (text: string) => string): void {
  if (!existsSync(path)) return;
  const text = readFileSync(path, 'utf8');
  const changed = change(text);
  if (changed !== text) writeFileSync(path, changed);
}
