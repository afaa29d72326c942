import { isBuiltin } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import type { Manifest, WorkspacePackage } from '@destino/repository';
import type { ImportPlace } from './imports.ts';
import {
  appsMayLoadLazily, conformanceFile, conformanceMayAlsoImport, containerPackages, contractOfCore, coreLayers, mayImport, mayUseContainer, type PackageType, platformPackages,
  testsMayAlsoImport,
} from './policy.ts';
import type { SourceFile } from './source-file.ts';

/** All that a rule needs to judge one import. */
export type ImportContext = {
  readonly from: WorkspacePackage & { readonly type: PackageType };
  readonly file: SourceFile;
  readonly place: ImportPlace;
  readonly packages: ReadonlyMap<string, WorkspacePackage>;
  readonly rootManifest: Manifest;
};

/** Says in words what is wrong with an import; nothing when it is right. */
export function checkImport(context: ImportContext): string[] {
  const { specifier } = context.place;
  if (specifier.startsWith('.')) return checkRelative(context);
  if (specifier.startsWith('node:') || specifier.startsWith('#')) return [];
  if (isBuiltin(specifier)) return [`import '${specifier}' as 'node:${specifier}'`];
  const name = packageName(specifier);
  const target = context.packages.get(name);
  const problems = [...checkDeclared(context, name), ...checkBanned(context, name)];
  if (target !== undefined) problems.push(...checkOwn(context, target));
  return problems;
}

/** `@scope/name/part` and `name/part` without the part. */
export function packageName(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function checkRelative({ from, file, place }: ImportContext): string[] {
  const target = relative(from.path, resolve(dirname(file.path), place.specifier)).split(sep).join('/');
  if (file.role === 'configuration' && /^(\.\.\/)+[\w.-]+\.config\.base\.ts$/.test(target)) return [];
  if (target.startsWith('../')) return [`'${place.specifier}' leaves the package ${from.name}; import the other package by its name`];
  return from.type === 'core' && file.role === 'product' ? checkCoreLayer(file, target) : [];
}

function checkCoreLayer(file: SourceFile, target: string): string[] {
  const part = (name: string): string => /^src\/([^/]+)\//.exec(name)?.[1] ?? '';
  const allowed = coreLayers[part(file.name)];
  if (allowed === undefined || allowed.includes(part(target))) return [];
  return [`core/${part(file.name)} may import only core/${allowed.join(', core/')}, not ${target}`];
}

function checkDeclared({ from, file, place, rootManifest }: ImportContext, name: string): string[] {
  const own = from.manifest;
  if (name === from.name) return [];
  const shipped = { ...own.dependencies, ...own.peerDependencies, ...own.optionalDependencies };
  const beside = { ...own.devDependencies, ...rootManifest.devDependencies };
  if (name in shipped) return [];
  if ((file.role !== 'product' || from.type === 'tool') && name in beside) return [];
  const where = file.role === 'product' ? 'dependencies or peerDependencies' : 'devDependencies';
  return [`'${place.specifier}' is not declared; add ${name} to the ${where} of ${from.folder}/package.json`];
}

function checkBanned({ from }: ImportContext, name: string): string[] {
  if (containerPackages.includes(name) && !mayUseContainer.includes(from.type)) {
    return [`${name} may be used only by ${mayUseContainer.map((type) => `type:${type}`).join(' and ')}, not by type:${from.type}`];
  }
  if (from.type === 'core' && platformPackages.test(name)) return [`core knows no platform: ${name} belongs in a driver or a support package`];
  return [];
}

function checkOwn(context: ImportContext, target: WorkspacePackage): string[] {
  const { from, file, place } = context;
  const part = place.specifier.slice(target.name.length + 1);
  const problems = isExported(target, part) ? [] : [`'${place.specifier}' is not in the exports of ${target.folder}/package.json`];
  if (from.name === target.name) return problems;
  const type = target.type as PackageType | undefined;
  if (type === undefined) return problems;
  const alsoInTests = file.role === 'product' ? [] : testsMayAlsoImport;
  if (!mayImport[from.type].includes(type) && !alsoInTests.includes(type) && !isLazyPeer(context, target) && !isConformance(context, target)) {
    problems.push(`a type:${from.type} package may not import ${target.name} (type:${type})${describeAllowed(from.type)}`);
  }
  if (from.type === 'driver' && type === 'core' && file.role === 'product' && file.name !== conformanceFile && !contractOfCore.includes(part)) {
    problems.push(`a driver may import only ${contractOfCore.map((name) => `${target.name}/${name}`).join(', ')}, not '${place.specifier}'`);
  }
  return problems;
}

function isLazyPeer({ from, place }: ImportContext, target: WorkspacePackage): boolean {
  const late = place.kind !== 'static' && appsMayLoadLazily.includes(target.type as PackageType);
  return from.type === 'app' && late && from.manifest.peerDependenciesMeta?.[target.name]?.optional === true;
}

function isConformance({ from, file }: ImportContext, target: WorkspacePackage): boolean {
  return from.type === 'driver' && file.name === conformanceFile && conformanceMayAlsoImport.includes(target.type as PackageType);
}

function describeAllowed(type: PackageType): string {
  const allowed = mayImport[type];
  return allowed.length === 0 ? '; it imports none of our packages' : `; it may import ${allowed.map((name) => `type:${name}`).join(', ')}`;
}

function isExported(target: WorkspacePackage, part: string): boolean {
  const { exports } = target.manifest;
  const path = part === '' ? '.' : `./${part}`;
  if (exports === undefined || typeof exports === 'string') return part === '';
  return path in exports || Object.keys(exports).some((key) => key.includes('*') && path.startsWith(key.slice(0, key.indexOf('*'))));
}
