import type { z } from 'zod';
import { capabilityNeeds, type CallOptions, type EffectOptions, type TransferOptions } from '../driver/index.ts';
import { jobSpecSchema, jsonSchema, serviceSpecSchema, type JobSpec, type Json, type ServiceSpec } from '../model/index.ts';
import { effectSchema } from './answer-schemas.ts';
import { contractFault, readAs } from './guard-errors.ts';
import type { CallName, GuardScope } from './guard-options.ts';
import { need } from './unsupported.ts';

/** The caller's options with the call's own signal, checked by `schema`. */
export function readOptions<Options extends CallOptions>(options: Options | undefined, schema: z.ZodType, signal: AbortSignal, scope: GuardScope, call: CallName): Options {
  readAs(schema, options ?? {}, 'the options given', scope, call);
  return { ...options, signal } as Options;
}

export function readEffect<Options extends EffectOptions>(options: Options, signal: AbortSignal, scope: GuardScope, call: CallName): Options {
  return readOptions(options, effectSchema, signal, scope, call);
}

/** Checks every progress report, and lets it count as a sign of life. */
export function readTransfer(options: TransferOptions, signal: AbortSignal, touch: () => void, scope: GuardScope, call: CallName): TransferOptions {
  return {
    ...readEffect(options, signal, scope, call),
    onProgress: (progress) => {
      touch();
      if (!Number.isFinite(progress.doneBytes) || progress.doneBytes < 0) throw contractFault(scope, call, 'it reported progress without a count of bytes');
      options.onProgress?.(progress);
    },
  };
}

export function readStaged(staged: Json | undefined, scope: GuardScope, call: CallName): { staged?: Json } {
  return staged === undefined ? {} : { staged: readAs(jsonSchema, staged, 'what was staged', scope, call) };
}

/** @throws `contract` for a spec that is none, `unsupported` for one that wants what the kind does not declare. */
export function readJobSpec(spec: JobSpec, scope: GuardScope, call: CallName): JobSpec {
  const read = readAs(jobSpecSchema, spec, 'the job given', scope, call);
  for (const { name } of capabilityNeeds({ job: read })) need(scope, call, name);
  return read;
}

export function readServiceSpec(spec: ServiceSpec, scope: GuardScope, call: CallName): ServiceSpec {
  const read = readAs(serviceSpecSchema, spec, 'the service given', scope, call);
  for (const { name } of capabilityNeeds({ service: read })) need(scope, call, name);
  return read;
}
