export { capabilities, capabilitiesSchema, capabilityNames } from './capability.ts';
export type { Capabilities, CapabilityAnswer, CapabilityName } from './capability.ts';
export { traitsSchema } from './traits.ts';
export type { Traits } from './traits.ts';
export { capabilityNeeds, capabilityProblems } from './needs.ts';
export type { CapabilityNeed } from './needs.ts';
export { contractVersion, defineDriver } from './define-driver.ts';
export type { AnyDriver, Driver, Want } from './define-driver.ts';
export type { CallOptions, EffectOptions, Progress, TransferOptions } from './options.ts';
export type {
  Clock,
  Content,
  DriverContext,
  Helper,
  Images,
  Logger,
  ManifestEntry,
  Question,
  ResolvedImage,
  Secrets,
  StagedEntry,
  Staging,
  StagingVerb,
} from './context.ts';
export type { ComputeTarget } from './target.ts';
export type { Admission, Jobs, Submitted } from './jobs.ts';
export type { Connection, InvokeAnswer, InvokeRequest, Services } from './services.ts';
export type { Attachment } from './attachment.ts';
export type { Provisioning } from './provisioning.ts';
export type { Power } from './power.ts';
export type { Nodes } from './nodes.ts';
export type { Owned } from './owned.ts';
