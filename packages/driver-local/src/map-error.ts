import type { CallOptions } from '@destino/core/driver';
import { DestinoError, isDestinoError, toDestinoError, type ErrorCode } from '@destino/core/errors';

type Meaning = { code: ErrorCode; what: string; hint: string };

const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: { code: 'unavailable', what: 'the disk is full', hint: 'free space, then try again: destino prune' },
  EDQUOT: { code: 'quota', what: 'the disk quota is used up', hint: 'free space: destino prune' },
  EROFS: { code: 'unavailable', what: 'the file system is read-only', hint: 'set config.machineDir of the target to a folder that can be written' },
  EACCES: { code: 'forbidden', what: 'this account may not do that', hint: 'set config.machineDir of the target to a folder of your own' },
  EPERM: { code: 'forbidden', what: 'this account may not do that', hint: 'set config.machineDir of the target to a folder of your own' },
  EMFILE: { code: 'unavailable', what: 'too many open files', hint: 'raise the limit: ulimit -n 4096' },
  ENFILE: { code: 'unavailable', what: 'too many open files on this machine', hint: 'end what holds them' },
  EAGAIN: { code: 'unavailable', what: 'no more processes may be started', hint: 'raise the limit: ulimit -u' },
  ENOMEM: { code: 'unavailable', what: 'there is not enough memory to start a process', hint: 'end something, then try again' },
  ENOTDIR: { code: 'config-invalid', what: 'a file stands where a folder should be', hint: 'set config.machineDir of the target to a folder' },
};

export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The system's error as ours; `doing` says what was being done, as `write the job's folder`. */
export function mapError(error: unknown, doing: string): DestinoError {
  if (isDestinoError(error)) return error;
  if (error instanceof Error && error.name === 'AbortError') return new DestinoError('aborted', `stopped: ${doing}`, { cause: error });
  const meaning = meanings[errnoOf(error) ?? ''];
  if (meaning === undefined) return toDestinoError(error);
  return new DestinoError(meaning.code, `could not ${doing}: ${meaning.what}`, { hint: meaning.hint, cause: error });
}

/** @throws `aborted` when the caller has stopped waiting already. */
export function heed({ signal }: CallOptions = {}): void {
  if (signal?.aborted === true) throw new DestinoError('aborted', 'the call was stopped', { cause: signal.reason });
}

/** Runs `work` unless the caller has stopped already; errors told as ours. */
export async function told<T>(doing: string, options: CallOptions | undefined, work: () => Promise<T> | T): Promise<T> {
  heed(options);
  try {
    return await work();
  } catch (error) {
    throw mapError(error, doing);
  }
}
