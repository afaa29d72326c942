const secretWords = /(?:password|passwd|passphrase)$|(?:^|_)(?:pwd|secret|token|credentials?|connection_string|conn_str|sas|(?:api|access|account|private|secret|shared|primary|secondary|storage|subscription|encryption)_?key)$/;

/** Whether a field of this name usually holds something secret: by its last word, in any spelling. */
export function looksSecret(name: string): boolean {
  return secretWords.test(name.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').replaceAll('-', '_').toLowerCase());
}

/** Whether a value could be a secret at all: not empty, no reference to one, no flag, no small number. */
export function isLiteralSecret(value: string): boolean {
  return !/^(?:|true|false|none|null|\d{1,3}|<[^>]*>|\$\{\{\s*secrets\.[^}]*\}\}|(?:env|file|ask|store):.*)$/i.test(value.trim());
}

/** The secret that `${{secrets.NAME}}` names, when it is the whole value. */
export function secretReferenceOf(value: string): { secret: string } | undefined {
  const match = /^\$\{\{\s*secrets\.([\w.-]+)\s*\}\}$/.exec(value.trim());
  return match?.[1] === undefined ? undefined : { secret: match[1] };
}

/** Stands for a hidden value. It reads as a placeholder, so that nobody runs a stored text by accident. */
export const redacted = '<redacted>';

const keyAndSign = /(["']?)([\w.-]+)\1(\s*[:=]\s*)/g;
const valueAt = /\$\{\{[^}]*\}\}|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,}\]#][^,}\]]*/y;

/** A line with the values of secret-looking keys hidden, also where the file as a whole cannot be read. */
export function maskLine(line: string): string {
  let masked = '';
  let done = 0;
  for (const { 0: whole, 2: key = '', 3: sign = '', index } of line.matchAll(keyAndSign)) {
    const from = index + whole.length;
    if (index < done || !looksSecret(key)) continue;
    valueAt.lastIndex = from;
    const value = valueAt.exec(line)?.[0] ?? '';
    const bare = value.replaceAll(/^["']|["']$/g, '');
    // In shell text `KEY=$VALUE` names a secret and holds none.
    if (!isLiteralSecret(bare) || (sign.includes('=') && bare.startsWith('$'))) continue;
    masked += line.slice(done, from) + redacted;
    done = from + value.length;
  }
  return masked + line.slice(done);
}
