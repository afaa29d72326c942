/**
 * The closed set of error codes. Every one has a paragraph in `docs/errors.md`, and that page names no other;
 * a test compares the two.
 */
export const errorCodes = [
  'config-invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'unsupported',
  'quota',
  'no-capacity',
  'rejected',
  'throttled',
  'unavailable',
  'timeout',
  'aborted',
  'lost',
  'state-version',
  'contract',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Whether the same call may help: `same` as it is, `changed` after somebody changed something, or `never`. */
export const retryAdvices = ['never', 'same', 'changed'] as const;
export type RetryAdvice = (typeof retryAdvices)[number];

/** What a code means for a repetition, unless the error itself says otherwise. */
export const defaultRetry: Readonly<Record<ErrorCode, RetryAdvice>> = {
  'config-invalid': 'never',
  unauthenticated: 'changed',
  forbidden: 'changed',
  'not-found': 'never',
  conflict: 'never',
  unsupported: 'never',
  quota: 'changed',
  'no-capacity': 'same',
  rejected: 'never',
  throttled: 'same',
  unavailable: 'same',
  timeout: 'same',
  aborted: 'never',
  lost: 'never',
  'state-version': 'never',
  contract: 'never',
  internal: 'never',
};
