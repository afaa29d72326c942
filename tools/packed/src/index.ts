export { packPackages, type Tarball } from './pack.ts';
export { installStrictly } from './install.ts';
