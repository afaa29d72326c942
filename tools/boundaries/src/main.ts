import { repositoryRoot } from '@destino/repository';
import { findViolations } from './find-violations.ts';

const root = process.argv[2] ?? repositoryRoot;
const { files, packages, violations } = findViolations(root);
for (const violation of violations) console.error(violation);
console.log(`boundaries: ${files} files in ${packages} packages, ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
