export { listFiles } from './list-files.ts';
export { type Manifest, type WorkspacePackage, readPackages, repositoryRoot } from './packages.ts';
