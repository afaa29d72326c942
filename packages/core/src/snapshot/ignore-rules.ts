import ignore from 'ignore';

/** The rules of one `.amlignore` or `.gitignore` file. */
export interface IgnoreRules {
  /**
   * What the last matching rule says of this path, relative to the file's folder, with `/` between parts: `true`
   * ignored, `false` taken back in, `undefined` when no rule matches. Rules of folders further up count only then.
   */
  decide(path: string, isFolder: boolean): boolean | undefined;
}

interface Matcher {
  matches(path: string): boolean;
}

/** Reads an ignore file as git does. Git compares bytes, so text is turned into one character a byte here. */
export function parseIgnoreFile(bytes: Uint8Array): IgnoreRules {
  const rules = linesOf(bytes).flatMap((line) => {
    if (line === '' || line.startsWith('#')) return [];
    const negative = line.startsWith('!');
    return [{ negative, patterns: withGlobstarsOfTheirOwn(negative ? line.slice(1) : line) }];
  });
  const any = matcher(rules.flatMap(({ patterns }) => patterns));
  const each = rules.map(({ negative, patterns }) => ({ negative, rule: matcher(patterns) }));
  return {
    decide(path, isFolder) {
      const name = Buffer.from(isFolder ? `${path}/` : path, 'utf8').toString('latin1');
      if (!any.matches(name)) return undefined;
      const last = each.findLast(({ rule }) => rule.matches(name));
      return last === undefined ? undefined : !last.negative;
    },
  };
}

/**
 * Whether one of these patterns matches the path by itself. The library also looks at the folders above a path, and
 * takes what lies in an ignored one for ignored, which is wrong where an ignore file further down takes the folder
 * back in. It does so for ignored folders only; written as exceptions, patterns never ignore any.
 */
function matcher(patterns: readonly string[]): Matcher {
  const rules = ignore({ ignorecase: false, allowRelativePaths: true }).add(patterns.map((pattern) => `!${pattern}`));
  return { matches: (path) => rules.test(path).unignored };
}

function linesOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const withoutMark = text.startsWith('\u00ef\u00bb\u00bf') ? text.slice(3) : text;
  return withoutMark.split('\n').map((line) => withoutTrailingSpaces(line.endsWith('\r') ? line.slice(0, -1) : line));
}

/** Spaces at the end of a line count only behind a backslash. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ') end -= 1;
  const backslashes = /\\*$/.exec(line.slice(0, end))?.[0].length ?? 0;
  return line.slice(0, backslashes % 2 === 1 ? end + 1 : end);
}

/**
 * Git compares the part of a pattern before its first wildcard apart, so that asterisks right after it stand at the
 * start of what is left and become a globstar there: `a**` + `/b` matches `ab` and `ax/y/b`. It also takes an escaped
 * slash for a slash, but one that cannot vanish together with a globstar before it. The library does neither; the
 * patterns answered here say the same in its terms.
 */
function withGlobstarsOfTheirOwn(pattern: string): string[] {
  const prefixed = /^([^*?[\\]*[^*?[\\/])\*{2,}(\\?\/.*)?$/s.exec(pattern);
  const [prefix, rest] = [prefixed?.[1] ?? '', prefixed?.[2] ?? ''];
  if (prefixed === null || !(prefix + rest.slice(0, -1)).includes('/')) return [unescapeSlashes(pattern)];
  if (rest === '' || rest === '/') return [`${prefix}*${rest}`, `${prefix}*/**${rest}`];
  const folders = `${anchored(prefix)}*/**/`;
  if (rest.startsWith('\\')) return [unescapeSlashes(folders + rest.slice(2))];
  return [anchored(prefix) + rest.slice(1), folders + rest.slice(1)].map(unescapeSlashes);
}

function anchored(prefix: string): string {
  return prefix.startsWith('/') ? prefix : `/${prefix}`;
}

/** Escaped slashes inside a pattern as plain ones. One at the very start or end means something else. */
function unescapeSlashes(pattern: string): string {
  const apart = pattern.replace(/(^|\/)\*{2,}\\\/(?=.)/gs, '$1*/**/');
  return apart.replace(/\\([^])/g, (pair, character: string, at: number) =>
    character === '/' && at > 0 && at + 2 < apart.length ? '/' : pair,
  );
}
