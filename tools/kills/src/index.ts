export { auditLine } from './audit.ts';
export type { Audit } from './audit.ts';
export { runKills } from './run-kills.ts';
export type { KillsOptions, KillsResult } from './run-kills.ts';
