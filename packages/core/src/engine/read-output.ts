import { DestinoError, isDestinoError } from '../errors/index.ts';
import type { OutputFile } from '../model/index.ts';
import type { Attempt } from '../store/index.ts';
import type { EngineParts } from './parts.ts';

export type OutputOptions = {
  /** Which attempt; default the last. */
  attempt?: number;
  signal?: AbortSignal;
};

/**
 * One output file of one attempt, wherever it is: in the workspace when it was fetched, else where the job writes it,
 * also while the job runs. @throws `not-found` when there is no such attempt or file, `unsupported` when the target
 * cannot hand it over.
 */
export async function* readOutputFile(parts: EngineParts, id: string, output: string, path: string, options: OutputOptions = {}): AsyncIterable<Uint8Array> {
  const attempts = await parts.store.attempts(id);
  const attempt = options.attempt === undefined ? attempts.at(-1) : attempts.find(({ number }) => number === options.attempt);
  if (attempt === undefined) throw new DestinoError('not-found', options.attempt === undefined ? 'the job has not begun' : `the job has no attempt ${options.attempt}`);
  const listed = attempt.outputs?.find((file) => file.output === output && file.path === path);
  const call = options.signal === undefined ? {} : { signal: options.signal };
  if (listed?.kept === 'workspace' && listed.hash !== undefined) {
    try {
      // Asked for before the first byte is given: what the workspace has let go may still lie on the target.
      const bytes = parts.blobs.get(listed.hash, call)[Symbol.asyncIterator]();
      const first = await bytes.next();
      if (first.done !== true) yield first.value;
      yield* { [Symbol.asyncIterator]: () => bytes };
      return;
    } catch (error) {
      if (!isDestinoError(error, 'not-found')) throw error;
    }
  }
  yield* readOnTarget(parts, attempt, listed ?? { output, path, sizeBytes: 0, kept: 'target' }, call);
}

async function* readOnTarget(parts: EngineParts, attempt: Attempt, file: OutputFile, call: { signal?: AbortSignal }): AsyncIterable<Uint8Array> {
  if (attempt.handle === undefined) throw new DestinoError('not-found', `attempt ${attempt.number} has not begun`);
  const { target } = await parts.targets.use(attempt.target, attempt.targetRevision);
  if (target.jobs?.fetchOutput === undefined) {
    throw new DestinoError('unsupported', `${attempt.target} does not hand over '${file.path}'`, { scope: attempt.target, hint: 'read it after the end of the job' });
  }
  yield* target.jobs.fetchOutput(attempt.handle, file, call);
}
