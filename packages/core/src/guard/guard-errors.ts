import type { z } from 'zod';
import { DestinoError, isDestinoError } from '../errors/index.ts';
import type { CallName, GuardScope } from './guard-options.ts';

/** A fault of the driver, or of its caller, against the contract. `path` says where in the argument or answer. */
export function contractFault(scope: GuardScope, call: CallName, text: string, details?: { path: string; message: string }[]): DestinoError {
  const places = (details ?? []).map(({ path, message }) => `${path === '' ? 'the whole' : path}: ${message}`).join('; ');
  const { kind } = scope.driver;
  return new DestinoError('contract', `${call.op} of the driver '${kind}': ${text}${places === '' ? '' : ` (${places})`}`, {
    op: call.op,
    kind,
    ...(details !== undefined && { details }),
    hint: `the driver '${kind}' or its caller breaks the contract; try: destino driver verify ${kind}`,
  });
}

/** Reads `value` by `schema`. @throws `contract` with the path of every fault. */
export function readAs<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string, scope: GuardScope, call: CallName): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  throw contractFault(scope, call, `${what} is not as the contract says`, faults);
}

export function abortedBy(reason: unknown, scope: GuardScope, call: CallName): DestinoError {
  return new DestinoError('aborted', `${call.op} of the driver '${scope.driver.kind}' was aborted`, { op: call.op, kind: scope.driver.kind, cause: reason });
}

/** Every error that leaves the guard names op and kind; what is not a DestinoError becomes `internal`. */
export function stamped(error: unknown, scope: GuardScope, call: CallName): DestinoError {
  const { kind } = scope.driver;
  if (!isDestinoError(error)) {
    const text = error instanceof Error ? error.message : String(error);
    return new DestinoError('internal', `${call.op} of the driver '${kind}' failed: ${text}`, { op: call.op, kind, cause: error });
  }
  if (error.op !== undefined && error.kind !== undefined) return error;
  const { code, message, hint, retry, retryAfterMs, scope: place, details, cause } = error;
  const full = new DestinoError(code, message, { hint, retry, retryAfterMs, scope: place, op: error.op ?? call.op, kind: error.kind ?? kind, details, cause });
  if (error.stack !== undefined) full.stack = error.stack;
  return full;
}
