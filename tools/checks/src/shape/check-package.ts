import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, type WorkspacePackage } from '@destino/repository';

/** The targets that nx.json describes; an empty entry in a package takes its description from there. */
export const nxTargets = ['build', 'typecheck', 'lint', 'test'] as const;

/** A fault in a package's shape: where, what is missing, and the whole line to write. */
export type ShapeProblem = { readonly file: string; readonly message: string };

/** Compares one package with what every package of this repository must have. */
export function checkPackage(each: WorkspacePackage, packages: readonly WorkspacePackage[]): ShapeProblem[] {
  const problems = [...checkManifest(each), ...checkFiles(each), ...checkReferences(each, packages)];
  return each.manifest.private === true ? problems : [...problems, ...checkPublishable(each)];
}

function checkManifest({ folder, manifest }: WorkspacePackage): ShapeProblem[] {
  const file = `${folder}/package.json`;
  const messages: string[] = [];
  if (!/^(@destino\/.+|destino)$/.test(manifest.name ?? '')) messages.push('its name must start with @destino/');
  if (manifest.type !== 'module') messages.push('needs "type": "module"');
  if (manifest.license !== 'MIT') messages.push('needs "license": "MIT"');
  if ((manifest.description ?? '') === '') messages.push('needs a "description"');
  if (manifest.engines?.['node'] !== '>=22.19') messages.push('needs "engines": { "node": ">=22.19" }');
  const missing = nxTargets.filter((target) => !(target in (manifest.nx?.targets ?? {})));
  if (missing.length > 0) messages.push(`"nx" needs "targets": { ${nxTargets.map((target) => `"${target}": {}`).join(', ')} }`);
  return messages.map((message) => ({ file, message }));
}

function checkFiles({ folder, path }: WorkspacePackage): ShapeProblem[] {
  if (existsSync(join(path, 'vitest.config.ts')) || !listFiles(path).some((file) => file.endsWith('.test.ts'))) return [];
  return [{ file: `${folder}/vitest.config.ts`, message: 'is missing, so that none of its tests run; re-export ../../vitest.config.base.ts from it' }];
}

/** The folders of our own packages that a package names in any of its dependency lists. */
export function ownDependencies({ name, manifest }: WorkspacePackage, packages: readonly WorkspacePackage[]): WorkspacePackage[] {
  const declared = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  return packages.filter((each) => each.name in declared && each.name !== name);
}

function checkReferences(each: WorkspacePackage, packages: readonly WorkspacePackage[]): ShapeProblem[] {
  const file = `${each.folder}/tsconfig.json`;
  if (!existsSync(join(each.path, 'tsconfig.json'))) return [{ file, message: "is missing; copy another package's" }];
  const references = readReferences(join(each.path, 'tsconfig.json'));
  const missing = ownDependencies(each, packages).map(({ folder }) => `../../${folder}`).filter((path) => !references.includes(toSibling(path, each)));
  return missing.map((path) => ({ file, message: `"references" needs { "path": "${toSibling(path, each)}" }` }));
}

/** `../../packages/core` seen from another package of `packages/` is written `../core`. */
export function toSibling(path: string, { folder }: WorkspacePackage): string {
  return path.replace(`../../${folder.split('/')[0] ?? ''}/`, '../');
}

/** The paths of a tsconfig's references. */
export function readReferences(path: string): string[] {
  const config = JSON.parse(readFileSync(path, 'utf8')) as { references?: readonly { path: string }[] };
  return (config.references ?? []).map((reference) => reference.path);
}

function checkPublishable({ folder, path, manifest }: WorkspacePackage): ShapeProblem[] {
  const file = `${folder}/package.json`;
  const problems: ShapeProblem[] = [];
  if (!existsSync(join(path, 'README.md'))) problems.push({ file: `${folder}/README.md`, message: 'is missing' });
  if (!(manifest.files ?? []).includes('dist')) problems.push({ file, message: 'needs "files": ["dist", …]' });
  for (const [entry, target] of Object.entries(typeof manifest.exports === 'object' ? manifest.exports : {})) {
    if (typeof target === 'string') continue;
    const conditions = Object.keys(target).join(' ');
    const wanted = '@destino/source types default';
    if (conditions !== wanted) problems.push({ file, message: `exports "${entry}" has the conditions ${conditions}; wanted, in this order: ${wanted}` });
  }
  return problems;
}
