import { describe, expect, it } from 'vitest';
import { findImports } from './imports.ts';
import { readTokens } from './tokens.ts';

const found = (source: string): string[] => findImports(readTokens(source)).map(({ specifier, line, kind }) => `${line} ${kind} ${specifier}`);

describe('findImports', () => {
  it.each([
    ["import a, { type b } from 'x';", ['1 static x']],
    ["import type { a } from 'x';", ['1 type x']],
    ["import type from 'x';", ['1 static x']],
    ["import 'x';", ['1 static x']],
    ["import * as a\n  from 'x';", ['2 static x']],
    ["export * from 'x'; export { a } from \"y\";", ['1 static x', '1 static y']],
    ["export type { a } from 'x';", ['1 type x']],
    ["const a = await import('x'); const b = import(name);", ['1 dynamic x']],
    ["import('x', { with: { type: 'json' } });", ['1 dynamic x']],
    ["require('x'); import.meta.resolve('y');", ['1 dynamic x', '1 dynamic y']],
    ['const t = `a ${await import("x")} {` + `${`${require("y")}`}`;', ['1 dynamic x', '1 dynamic y']],
    ['const slash = /[/"]import "x"/g; const half = a / b; import "y";', ['1 static y']],
  ])('finds what %s names', (source, expected) => {
    expect(found(source)).toEqual(expected);
  });

  it.each([
    "// import 'x'",
    "/* import 'x' */",
    'const text = "import \'x\'";',
    "const template = `import 'x' from 'y'`;",
    "Array.from('x'); query.from('x'); object.require('x');",
    "const route = { from: 'x', import: 'y' };",
    "export const from = (text: string) => select(text).from('x');",
  ])('finds nothing in %s', (source) => {
    expect(found(source)).toEqual([]);
  });
});
