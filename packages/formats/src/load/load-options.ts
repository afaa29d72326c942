import type { Verb } from '../schema/kind.ts';
import type { FileAccess } from './file-access.ts';

/** What the command line adds to a file. */
export type LoadOptions = {
  /** `--set PATH=VALUE`, in order. */
  set?: readonly string[];
  /** `--input NAME=VALUE`. */
  inputs?: Readonly<Record<string, string>>;
  /** `--var NAME=VALUE`. */
  variables?: Readonly<Record<string, string>>;
  /** Where paths of the command line are meant from. Default: they are left as they are. */
  currentFolder?: string;
  /** Names of the secrets that the workspace has; without it secrets are not looked up. */
  secrets?: ReadonlySet<string>;
  verb?: Verb;
  files?: FileAccess;
};
