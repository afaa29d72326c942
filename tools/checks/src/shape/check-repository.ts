import { join } from 'node:path';
import { readPackages } from '@destino/repository';
import { checkPackage, readReferences, type ShapeProblem } from './check-package.ts';

/** Every fault in the shape of the repository's packages, and every line that its own tsconfig.json lacks. */
export function checkRepository(root: string): ShapeProblem[] {
  const packages = readPackages(root);
  const references = readReferences(join(root, 'tsconfig.json'));
  const folders = packages.map(({ folder }) => folder);
  const missing = folders.filter((folder) => !references.includes(folder)).map((folder) => `needs the line { "path": "${folder}" }`);
  const stale = references.filter((path) => !folders.includes(path)).map((path) => `names ${path}, which is no package`);
  const versions = new Set(packages.map(({ manifest }) => manifest.version));
  const uneven = versions.size > 1 ? [{ file: 'package.json', message: `packages have several versions: ${[...versions].join(', ')}` }] : [];
  return [
    ...[...missing, ...stale].map((message) => ({ file: 'tsconfig.json', message })),
    ...uneven,
    ...packages.flatMap((each) => checkPackage(each, packages)),
  ];
}
