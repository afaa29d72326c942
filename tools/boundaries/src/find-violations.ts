import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, readPackages, type WorkspacePackage } from '@destino/repository';
import { findAmbientUses } from './ambient.ts';
import { checkImport, packageName } from './check-import.ts';
import { findCycle } from './cycles.ts';
import { injectedTypes, type PackageType, packageTypes } from './policy.ts';
import { readSources, type SourceFile } from './source-file.ts';

export type Report = { readonly files: number; readonly packages: number; readonly violations: readonly string[] };

/** Reads a whole repository and gives every breach of the import rules, one line each: `file:line: what is wrong`. */
export function findViolations(root: string): Report {
  const packages = readPackages(root);
  const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const byName = new Map(packages.map((each) => [each.name, each]));
  const edges = new Map(packages.map((each) => [each.name, declaredEdges(each, byName)]));
  const violations: string[] = [];
  let files = 0;
  for (const from of packages) {
    const type = packageTypes.find((each) => each === from.type);
    if (type === undefined) violations.push(`${from.folder}/package.json: nx.tags needs exactly one of ${packageTypes.map((each) => `type:${each}`).join(' ')}`);
    for (const file of readSources(from)) {
      files += 1;
      for (const place of file.imports) if (byName.has(packageName(place.specifier))) addEdge(edges, from.name, packageName(place.specifier));
      if (type !== undefined) violations.push(...checkFile(file, { ...from, type }, byName, rootManifest));
    }
  }
  const cycle = findCycle(edges);
  if (cycle !== undefined) violations.push(`packages import each other in a circle: ${cycle.join(' → ')}`);
  return { files, packages: packages.length, violations };
}

function checkFile(
  file: SourceFile,
  from: WorkspacePackage & { readonly type: PackageType },
  packages: ReadonlyMap<string, WorkspacePackage>,
  rootManifest: Manifest,
): string[] {
  const place = (line: number): string => `${from.folder}/${file.name}:${line}`;
  const problems = file.imports.flatMap((each) =>
    checkImport({ from, file, place: each, packages, rootManifest }).map((problem) => `${place(each.line)}: ${problem}`),
  );
  if (file.role !== 'product' || !injectedTypes.includes(from.type)) return problems;
  const ambient = findAmbientUses(file.tokens).map(({ what, line }) => ({ what, line }));
  const modules = file.imports.filter(({ specifier }) => specifier === 'node:process').map(({ line }) => ({ what: 'node:process', line }));
  const uses = [...ambient, ...modules].map(({ what, line }) => `${place(line)}: ${what} in type:${from.type}; take it from the injected context`);
  return [...problems, ...uses];
}

function declaredEdges({ name, manifest }: WorkspacePackage, packages: ReadonlyMap<string, WorkspacePackage>): Set<string> {
  const declared = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  return new Set(Object.keys(declared).filter((each) => each !== name && packages.has(each)));
}

function addEdge(edges: ReadonlyMap<string, Set<string>>, from: string, to: string): void {
  if (from !== to) edges.get(from)?.add(to);
}
