import type { Context } from './shell-scanner.ts';

/** What needs no backslash outside quotes. Characters beyond ASCII mean nothing to a shell. */
const plain = /^[\w@%+=:,./-]$/;

/**
 * A literal's text for the place where it stands. Outside quotes its blanks separate words (so that one literal can
 * hold several arguments, as in Azure) and every other character of the shell is escaped; inside quotes it is escaped
 * for these, never quoted again. `next` is what follows it in the command.
 */
export function escapeLiteral(value: string, context: Context, next: string): { text: string; seenInside: string } {
  const seenInside = escapeFor(value, context, next);
  let text = seenInside;
  for (let level = 0; level < context.backticks; level++) text = text.replaceAll(/[\\`$]/g, '\\$&');
  return { text, seenInside };
}

function escapeFor(value: string, { quote }: Context, next: string): string {
  switch (quote) {
    case 'bare':
      return bare(value, next);
    case 'single':
      return value.replaceAll("'", String.raw`'\''`);
    case 'double':
      return value.replaceAll(/[\\"$`]/g, '\\$&');
    case 'ansi': // leaves $'…', quotes plainly and opens it again
      return `''${value.replaceAll("'", String.raw`'\''`)}'$'`;
    case 'comment':
      return value.replaceAll(/[\r\n]/g, ' ');
    case 'heredoc':
      return value.replaceAll(/[\\$`]/g, '\\$&');
    case 'heredoc-raw':
      return value;
  }
}

function bare(value: string, next: string): string {
  const escaped = Array.from(value, (char) => {
    if (/[ \t\n]/.test(char)) return char === '\t' ? '\t' : ' ';
    return plain.test(char) || (char.codePointAt(0) ?? 0) >= 0x80 ? char : `\\${char}`;
  });
  // A number right before < or > would be taken as the number of a file descriptor.
  const last = escaped.at(-1);
  if (last !== undefined && /^\d$/.test(last) && /^[<>]/.test(next)) escaped.splice(-1, 1, `\\${last}`);
  return escaped.join('');
}
