import type { Destino } from '@destino/runtime';
import type { Listing } from '@destino/runtime/listing';
import type { Console } from './render/console.ts';

/** What a command works with. */
export type CommandContext = {
  console: Console;
  /** Opens the workspace that is meant, looks after what nobody supervises, and closes it when the command is done. */
  open(options?: { reconcile?: boolean; /** Default true: says which plugins were not loaded, and why. */ tellPlugins?: boolean }): Promise<Destino>;
  /** Opens only what a list of jobs is made of; looks after what nobody supervises, too. */
  openListing(): Promise<Listing>;
  /** Opens the workspace without looking after anything, for commands that only name it. */
  variables: Readonly<Record<string, string | undefined>>;
  workspace: string | undefined;
  /** Aborted by SIGTERM, and by SIGINT as `onInterrupt` says. */
  signals: Signals;
  debug: boolean;
};

/** What the signals of the process mean to the command that runs. */
export type Signals = {
  /** Called at each SIGINT, and at SIGTERM; without a handler both end the process. */
  handle(handler: (name: 'SIGINT' | 'SIGTERM', count: number) => void): () => void;
};
