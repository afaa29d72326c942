import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryBlobStore } from '../blob/index.ts';
import { parseIgnoreFile } from './ignore-rules.ts';
import { snapshotFolder } from './snapshot-folder.ts';

let repository = '';
beforeAll(() => {
  repository = mkdtempSync(path.join(os.tmpdir(), 'destino-ignore-'));
  execFileSync('git', ['init', '-q'], { cwd: repository });
});
afterAll(() => {
  rmSync(repository, { recursive: true, force: true });
});

/** Which of these paths, none of which exists, git's `check-ignore` takes for ignored. */
function ignoredByGit(paths: readonly string[]): Set<string> {
  const git = spawnSync('git', ['-c', 'core.excludesFile=/dev/null', 'check-ignore', '--no-index', '-z', '--stdin'], { cwd: repository, input: paths.join('\0') });
  return new Set(git.stdout.toString('utf8').split('\0').filter((name) => name !== ''));
}

const partOfPattern = fc.constantFrom(
  ...['a', 'b', 'ab', '*', '**', '***', '?', '/', '/', '/', '**/', '/**', '/**/', '[ab]', '[!a]', '[^b]', '[a-c]', '[]a]', '[a', '[[:alpha:]]', '[[:digit:]-]', '[z-a]', '[à]'],
  ...['.py', '.', '\\', '\\*', '\\[', '\\ ', ' ', '\t', '\r', '!', '#', '\\!', '\\#', 'é', 'à', '日本', '+', '(', ')', '|', '$', '^', '{a,b}', '-', '1', 'A', '\\/', '\\a'],
);
const pattern = fc.array(partOfPattern, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
const ignoreText = fc.array(fc.oneof(pattern, pattern.map((text) => `!${text}`)), { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'));
const partOfPath = fc.constantFrom('a', 'b', 'ab', 'abc', 'a.py', 'b.', '.a', 'A', '1', 'a b', ' a', 'é', 'à', '日本', 'a*', '[a]', '!a', '#a', '(', 'a|b', '\\', 'a\\', 'x-y', '{a,b}', '+', 'a\tb');
const somePath = fc.array(partOfPath, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

/** As git decides for a path whose folders are real and whose last part is a file: an ignored folder hides all in it. */
function isIgnored(text: string, file: string): boolean {
  const rules = parseIgnoreFile(Buffer.from(text));
  const parts = file.split('/');
  return parts.some((_, index) => rules.decide(parts.slice(0, index + 1).join('/'), index + 1 < parts.length) === true);
}

describe('an ignore file', () => {
  it('is read exactly as git reads it, whatever stands in it', () => {
    fc.assert(
      fc.property(ignoreText, fc.array(somePath, { minLength: 1, maxLength: 30 }), (text, paths) => {
        writeFileSync(path.join(repository, '.gitignore'), text);
        const byGit = ignoredByGit(paths);
        for (const file of paths) expect(isIgnored(text, file), `${JSON.stringify(text)} on ${JSON.stringify(file)}`).toBe(byGit.has(file));
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  const cases: [text: string, ...paths: string[]][] = [
    ['a**/b', 'ab', 'axy/z/b', 'ax/b', 'b', 'x/ab'],
    ['x/a**', 'x/a', 'x/ab/c', 'y/x/a'],
    ['x/a**\n!x/ab/**', 'x/a', 'x/ab/c'],
    ['a***/b/', 'ab/x', 'ay/z/b/q', 'ab'],
    ['**\\/b', 'x/y/b', 'b'],
    ['a**\\/b', 'ab', 'a/b', 'ax/b', 'ax/y/b'],
    ['x/**\\/b', 'x/b', 'x/y/b', 'x/y/z/b'],
    ['x\\/**/b', 'x/y/z/b', 'x/b'],
    ['\ufeffa', 'a', 'b'],
    ['a\r\nb\r\n', 'a', 'b'],
    ['a \nb\\ \n', 'a', 'b '],
    ['/a\n!/a/b', 'a/b'],
    ['*\n!*/\n!*.py', 'x.py', 'd/x.py', 'd/x.txt'],
    ['[!a]', 'é', 'b'],
    ['foo\\', 'foo'],
    ['[!a]\\/ ', 'b/c', 'b'],
    ['a\\  \nb\\\\ ', 'a ', 'a  ', 'b\\', 'b\\ '],
    ['a**', 'ab/c', 'xa', 'd/abc'],
  ];
  it.each(cases)('decides as git for %j', (text, ...paths) => {
    writeFileSync(path.join(repository, '.gitignore'), text);
    const byGit = ignoredByGit(paths);
    expect(paths.filter((file) => isIgnored(text, file))).toEqual(paths.filter((file) => byGit.has(file)));
  });
});

describe('the snapshot of a tree with ignore files in its folders', () => {
  const names = ['a', 'b', 'ab', 'x.py', 'é', 'd'];
  const tree = fc.array(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => [...parts, 'file.py'].join('/')), { minLength: 1, maxLength: 8 });
  const simple = fc.array(fc.constantFrom('a', 'b', 'd/', '/a', 'a/', '*.py', 'file.*', '**/b', 'a/**', 'x.py/', 'é', '*', '*/'), { minLength: 1, maxLength: 2 });
  const nestedText = fc.array(fc.tuple(fc.boolean(), simple), { minLength: 1, maxLength: 4 }).map((lines) => lines.map(([negative, parts]) => `${negative ? '!' : ''}${parts.join('')}`).join('\n'));
  const ignoreFiles = fc.array(fc.tuple(fc.constantFrom('', 'a', 'b', 'a/b', 'd', 'a/a', 'ab'), nestedText), { maxLength: 4 });

  it('holds what git would add', async () => {
    await fc.assert(
      fc.asyncProperty(tree, ignoreFiles, async (files, rules) => {
        for (const entry of readdirSync(repository)) if (entry !== '.git') rmSync(path.join(repository, entry), { recursive: true });
        const write = (name: string, text: string): void => {
          mkdirSync(path.dirname(path.join(repository, name)), { recursive: true });
          writeFileSync(path.join(repository, name), text);
        };
        for (const file of files) write(file, file);
        for (const [folder, text] of rules) write(path.posix.join(folder, '.gitignore'), text);
        const listed = execFileSync('git', ['-c', 'core.excludesFile=/dev/null', 'ls-files', '-z', '--others', '--exclude-per-directory=.gitignore'], { cwd: repository, encoding: 'utf8' });
        const expected = listed.split('\0').filter((name) => name !== '' && statSync(path.join(repository, name)).isFile());
        const { manifest } = await snapshotFolder(repository, { blobs: createMemoryBlobStore() });
        expect(manifest.entries.map((entry) => entry.path)).toEqual(expected.toSorted((a, b) => (a < b ? -1 : 1)));
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
