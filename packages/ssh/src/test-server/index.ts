export { newKeyPair, startShellServer } from './shell-server.ts';
export type { ShellServer, ShellServerOptions } from './shell-server.ts';
