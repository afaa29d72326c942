/** What a worker needs of a request; `head` is made only for scripts that look at it. */
export type ScoringRequest = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly remote: string | undefined;
  readonly headers: () => [string, string][];
  readonly body: Buffer;
};

export type AnswerHead = { status: number; type: string; headers?: [string, string][]; failed?: boolean; microseconds?: number };

/** Why a request got no answer from a worker. */
export type RefusalCause = 'busy' | 'queue-wait' | 'timeout' | 'crash' | 'stopping' | 'not-ready';

/** Where the answer to one request goes. Exactly one of `result`, `answer`, `start` or `refuse` comes first, once. */
export interface Exchange {
  readonly request: ScoringRequest;
  /** The caller is gone: nothing more is worth sending. */
  readonly gone: boolean;
  result(body: Buffer, microseconds: number): void;
  answer(head: AnswerHead, body: Buffer): void;
  start(head: AnswerHead): void;
  /** False when the caller takes no more for now; `resume` is called when it does again. */
  piece(bytes: Buffer, resume: () => void): boolean;
  end(failed: boolean): void;
  /** No answer, or, after `start`, none that is whole. */
  refuse(cause: RefusalCause, text: string): void;
}
