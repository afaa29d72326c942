import type { Exchange } from './scoring-request.ts';
import type { Ready } from './worker-words.ts';

/** `failed` is for good: nothing was ever ready. */
export type BackendState = {
  phase: 'starting' | 'ready' | 'failed' | 'stopping' | 'stopped';
  copies: { want: number; ready: number; failed: number };
  failure?: { message: string; traceback: string };
};

export type BackendListener = { changed(): void };

/** What answers the requests of one revision: processes of the entry script, or containers. */
export interface Backend {
  readonly state: BackendState;
  readonly busy: number;
  readonly readyWorkers: number;
  readonly waiting: number;
  readonly inFlight: number;
  readonly restarts: number;
  /** What the script wants of a request; nothing before it is ready, or where a container decides. */
  readonly info: Ready | undefined;
  score(exchange: Exchange): void;
  resize(copies: number): void;
  /** Takes no more; resolves when what is in flight is answered and all is gone. */
  stop(): Promise<void>;
}
