import { existsSync, readFileSync } from 'node:fs';

/** One line of `.ci/allowed-skips.txt`: the full name of a test, `*` for any text, then ` # ` and the reason. */
export type AllowedSkip = { readonly pattern: string; readonly reason: string };

/** Reads the list of tests that may be skipped. Throws on a line without a reason. */
export function readAllowedSkips(path: string): AllowedSkip[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const [pattern = '', reason = ''] = line.split(' # ').map((part) => part.trim());
    if (reason === '') throw new Error(`${path}: '${line}' has no reason; write it as: NAME OF THE TEST # why it may be skipped`);
    return { pattern, reason };
  });
}

/** The skipped tests that no line of the list names. */
export function unexplainedSkips(skipped: readonly string[], allowed: readonly AllowedSkip[]): string[] {
  const patterns = allowed.map(({ pattern }) => new RegExp(`^${pattern.split('*').map(escape).join('.*')}$`));
  return skipped.filter((name) => !patterns.some((pattern) => pattern.test(name)));
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`);
}
