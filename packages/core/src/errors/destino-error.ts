import { defaultRetry, type ErrorCode, type RetryAdvice } from './code.ts';
import type { ErrorData } from './error-data.ts';

const brand: unique symbol = Symbol.for('destino.error') as never;

export interface ErrorOptions {
  /** What to do about it, a command that runs as it stands where there is one. */
  hint?: string | undefined;
  /** Default: by code, see `defaultRetry`. */
  retry?: RetryAdvice | undefined;
  /** Milliseconds to wait before the same call, where the other side said so. */
  retryAfterMs?: number | undefined;
  /** Which target, zone, region or file it concerns. */
  scope?: string | undefined;
  /** The operation that failed, as `jobs.submit`. The guard fills it in. */
  op?: string | undefined;
  /** The driver's kind. The guard fills it in. */
  kind?: string | undefined;
  /** Further facts; must survive JSON. */
  details?: ErrorData['details'];
  cause?: unknown;
}

/**
 * The only error class of Destino. `message` says what happened to what; `hint` says what to do now.
 * Two copies of this package are normal where plugins are at work, so it is recognised by brand and code
 * (`isDestinoError`), never by `instanceof`.
 */
export class DestinoError extends Error {
  override readonly name = 'DestinoError';
  readonly code: ErrorCode;
  readonly retry: RetryAdvice;
  readonly hint: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly scope: string | undefined;
  readonly op: string | undefined;
  readonly kind: string | undefined;
  readonly details: ErrorData['details'];

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? defaultRetry[code];
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
    this.scope = options.scope;
    this.op = options.op;
    this.kind = options.kind;
    this.details = options.details;
    Object.defineProperty(this, brand, { value: true });
  }

  /** The error as data, causes included, without stacks. */
  toJSON(): ErrorData {
    return errorToData(this);
  }
}

/** True for a DestinoError of this or any other copy of the package. */
export function isDestinoError(value: unknown, code?: ErrorCode): value is DestinoError {
  if (typeof value !== 'object' || value === null || !(brand in value)) return false;
  return code === undefined || ('code' in value && value.code === code);
}

/** Gives `value` back if it is a DestinoError, else wraps it as `internal` with the original as cause. */
export function toDestinoError(value: unknown, context: ErrorOptions = {}): DestinoError {
  if (isDestinoError(value)) return value;
  const message = value instanceof Error ? value.message : String(value);
  return new DestinoError('internal', message === '' ? 'an error without a message' : message, { ...context, cause: value });
}

const deepestCause = 5;

/** Any thrown value as data. Foreign errors become `internal`; at most five causes are kept. */
export function errorToData(value: unknown, depth = 0): ErrorData {
  const error = toDestinoError(value);
  const cause = error.cause !== undefined && error.cause !== value && depth < deepestCause ? errorToData(error.cause, depth + 1) : undefined;
  return {
    code: error.code,
    message: error.message,
    retry: error.retry,
    ...(error.hint !== undefined && { hint: error.hint }),
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    ...(error.scope !== undefined && { scope: error.scope }),
    ...(error.op !== undefined && { op: error.op }),
    ...(error.kind !== undefined && { kind: error.kind }),
    ...(error.details !== undefined && { details: error.details }),
    ...(cause !== undefined && { cause }),
  };
}

/** The error that `data` describes, as it stood on the other side of a wire or a restart. */
export function errorFromData(data: ErrorData): DestinoError {
  const { code, message, cause, ...options } = data;
  return new DestinoError(code, message, { ...options, cause: cause === undefined ? undefined : errorFromData(cause) });
}
