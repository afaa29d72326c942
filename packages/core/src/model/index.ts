export { jsonSchema, textMapSchema } from './json.ts';
export type { Json, TextMap } from './json.ts';
export { keySchema, newKey } from './key.ts';
export type { Key, RandomBytes } from './key.ts';
export { isTerminalJobState, isWaitingJobState, jobStates, seenJobStates, serviceStates, targetStates } from './state.ts';
export { jobStateSchema, seenJobStateSchema, serviceStateSchema, targetStateSchema } from './state-schema.ts';
export type { JobState, SeenJobState, ServiceState, TargetState } from './state.ts';
export { reasonSchema } from './reason.ts';
export type { Reason } from './reason.ts';
export { problemSchema } from './problem.ts';
export type { Problem } from './problem.ts';
export { exitCauses, exitCauseSchema, exitSchema } from './exit.ts';
export type { Exit, ExitCause } from './exit.ts';
export { handleSchema, maxHandleBytes } from './handle.ts';
export type { Handle } from './handle.ts';
export { secretReferenceSchema } from './secret.ts';
export type { SecretReference } from './secret.ts';
export { resourcesSchema } from './resources.ts';
export type { Resources } from './resources.ts';
export { environmentSchema } from './environment.ts';
export type { Environment } from './environment.ts';
export { dataTypes, inputSchema, inputSourceSchema, outputFileSchema, outputSchema } from './input-output.ts';
export type { Input, InputSource, Output, OutputFile } from './input-output.ts';
export { commandPartSchema, distributionSchema, jobSpecSchema } from './job-spec.ts';
export type { CommandPart, Distribution, JobSpec, JobSpecInput } from './job-spec.ts';
export { serviceSpecSchema } from './service-spec.ts';
export type { ServiceSpec, ServiceSpecInput } from './service-spec.ts';
export {
  copiesSchema,
  foundSchema,
  jobInspectionSchema,
  jobViewSchema,
  serviceInspectionSchema,
  serviceViewSchema,
  targetInspectionSchema,
  targetViewSchema,
} from './inspection.ts';
export type { Copies, Found, JobInspection, JobView, ServiceInspection, ServiceView, TargetInspection, TargetView } from './inspection.ts';
export { logFileSchema, logRecordSchema, logStreams } from './log-record.ts';
export type { LogFile, LogRecord, LogStream } from './log-record.ts';
export { ownedThingSchema, ownerSchema } from './owned.ts';
export type { OwnedThing, Owner } from './owned.ts';
export { nodeSchema, targetPlanSchema, targetProbeSchema } from './target-probe.ts';
export type { Node, TargetPlan, TargetProbe } from './target-probe.ts';
