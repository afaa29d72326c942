const secretWords = /(?:^|_)(?:password|passwd|passphrase|pwd|secret|token|credentials?|connection_string|conn_str|sas|(?:api|access|account|private|secret|shared|primary|secondary|storage|subscription|encryption)_?key)$/;

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

export const redacted = '***';

/** A line of YAML with the values of secret-looking keys hidden, also where the file as a whole cannot be read. */
export function maskLine(line: string): string {
  return line.replaceAll(/(["']?)([\w.-]+)\1(\s*[:=]\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,}\]#][^,}\]]*)/g, (whole, quote: string, key: string, colon: string, value: string) =>
    looksSecret(key) && isLiteralSecret(value.replaceAll(/^["']|["']$/g, '')) ? `${quote}${key}${quote}${colon}${redacted}` : whole,
  );
}
