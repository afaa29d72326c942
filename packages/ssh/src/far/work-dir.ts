import { z } from 'zod';

/**
 * The folder stands within a command line that every login shell must read alike, csh and fish too: no quotes, `$`, `!`,
 * backslashes or line breaks.
 */
export const workDirSchema = z
  .string()
  .regex(/^(~\/|\/)[\p{L}\p{N} _.,:@%+=~/-]*$/u, 'must begin with / or ~/ and hold no quotes, backslashes, $ or !')
  .refine((path) => !path.split('/').includes('..'), 'must not hold ..');

const defaultWorkDir = '~/.local/state/destino/machine';

/** The folder as shell text within double quotes. */
export function workDirText(workDir: string = defaultWorkDir): string {
  return workDir.startsWith('~/') ? `$HOME/${workDir.slice(2)}` : workDir;
}
