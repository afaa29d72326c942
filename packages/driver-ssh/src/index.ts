export { driver } from './driver.ts';
export { sshConfigSchema } from './config.ts';
export type { SshConfig } from './config.ts';
