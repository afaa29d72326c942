export { hostCommand } from './place.ts';
export { hostStatusSchema, revisionSchema } from './host/revision.ts';
export type { HostStatus, Revision, RevisionInput } from './host/revision.ts';
export { serviceFiles } from './host/follow-folder.ts';
export { isEntryScript } from './host/start-backend.ts';
