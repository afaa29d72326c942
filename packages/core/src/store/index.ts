export {
  attemptPhases,
  attemptPhaseSchema,
  attemptSchema,
  recordTypes,
  recordTypeSchema,
  requestsSchema,
  segmentSchema,
  storeEventSchema,
  storeRecordSchema,
  verdictSchema,
} from './record.ts';
export type {
  Attempt,
  AttemptPhase,
  NewEvent,
  NewRecord,
  RecordType,
  RequestName,
  Requests,
  Segment,
  StoreEvent,
  StoreRecord,
  Verdict,
} from './record.ts';
export { hostSchema, sessionSchema } from './session.ts';
export type { Host, Session } from './session.ts';
export type { Change, Claim, CommitOutcome, Page, RecordQuery, StateStore, StoreInfo } from './state-store.ts';
export { createMemoryStateStore } from './memory-state-store.ts';
export type { MemoryStoreOptions } from './memory-state-store.ts';
export { canServe, changed, claimed, freed, freshRecord, holds, isLive, nameTaken, poked, requested, sameSpec } from './transition.ts';
