export { driver } from './driver.ts';
export { connectionOf, sshConfigSchema } from './config.ts';
export type { SshConfig } from './config.ts';
