export { defaultRetry, errorCodes, retryAdvices } from './code.ts';
export type { ErrorCode, RetryAdvice } from './code.ts';
export { errorCodeSchema, errorDataSchema } from './error-data.ts';
export type { ErrorData } from './error-data.ts';
export { DestinoError, errorFromData, errorToData, isDestinoError, toDestinoError } from './destino-error.ts';
export type { ErrorOptions } from './destino-error.ts';
