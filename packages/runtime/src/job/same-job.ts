import { jobRequestSchema, type JobRequestInput } from '@destino/core';
import type { Json } from '@destino/core/model';
import { sameSpec } from '@destino/core/store';

/**
 * Whether two requests ask for the same work. The base variables do not count: they are the submitter's session, and
 * the same file sent twice, from two terminals, is the same job.
 */
export function isSameJob(stored: Json, request: JobRequestInput): boolean {
  return sameSpec(content(stored), content(request));
}

function content(request: unknown): Json {
  const { spec, ...rest } = jobRequestSchema.parse(request);
  return { ...rest, spec: spec === undefined ? null : { ...spec, baseVariables: {} } };
}
