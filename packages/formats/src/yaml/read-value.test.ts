import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sourceFile } from '../text/source-file.ts';
import { parseYaml } from './parse-yaml.ts';
import { readValue } from './read-value.ts';
import { readAs } from './schema-shape.ts';
import { treeOf } from './tree.ts';

const literal = z.string().register(readAs, { as: 'literal' });
const schema = z.strictObject({
  version: z.string().optional(),
  literals: z.record(z.string(), literal).optional(),
  count: z.int().positive().optional(),
  ratio: z.number().optional(),
  on: z.boolean().optional(),
  mode: z.enum(['key', 'aml_token']).optional(),
  list: z.array(z.string()).optional(),
  image: z.union([z.string(), z.strictObject({ name: z.string(), tag: z.string().optional() })]).optional(),
  outputs: z.record(z.string(), z.strictObject({ mode: z.string().optional() }).nullable()).optional(),
  free: z.json().optional(),
  description: z.string().optional(),
});

function read(text: string): { value: unknown; told: string[] } {
  const file = sourceFile('job.yml', text);
  const { document, problems } = parseYaml(file);
  if (document === undefined) return { value: undefined, told: problems.map(tell) };
  const { tree, problems: treeProblems } = treeOf(file, document);
  const result = readValue(file, tree, schema);
  return { value: result.value, told: [...treeProblems, ...result.problems].map(tell) };
}
const tell = (each: { line?: number | undefined; column?: number | undefined; message: string }) => `${each.line}:${each.column} ${each.message}`;

describe('reading values by their schema', () => {
  it.each(['1.10', '01', '1.0', '1e-3', 'yes', '0o17', '2020-01-01', 'null_', '0x1F', '1_000', '.5', 'True'])('keeps the text %s where text is wanted', (text) => {
    expect(read(`version: ${text}\n`)).toEqual({ value: { version: text }, told: [] });
  });

  it('hands literals on as written, and only plain booleans in the spelling of Python', () => {
    const { value } = read('literals: {a: false, b: TRUE, c: "false", d: yes, e: 1e-05, f: 1.0, g: 01, h: "0o17"}\n');
    expect(value).toEqual({ literals: { a: 'False', b: 'True', c: 'false', d: 'yes', e: '1e-05', f: '1.0', g: '01', h: '0o17' } });
  });

  it('takes numbers, quoted or not, and booleans in the spellings of YAML 1.1', () => {
    expect(read('count: "5"\nratio: 1e-3\non: Yes\n').value).toEqual({ count: 5, ratio: 0.001, on: true });
    expect(read('on: 1\n').told).toEqual(['1:5 on takes true or false, not "1"']);
  });

  it('folds the case of enums and tells the nearest of another word', () => {
    expect(read('mode: Key\n').value).toEqual({ mode: 'key' });
    expect(read('mode: amltoken\n').told).toEqual(['1:7 mode cannot be "amltoken", did you mean "aml_token"?']);
  });

  it('takes a field without a value as absent, and a null output as the default output', () => {
    expect(read('description:\noutputs:\n  model:\n').value).toEqual({ outputs: { model: null } });
  });

  it('reports all faults of a file at once, each at its place', () => {
    const { told } = read('versoin: 1\ncount: zero\nlist: text\nimage:\n  nme: x\n  tag: [1]\n');
    expect(told).toEqual([
      '1:1 "versoin" is no known field, did you mean "version"?',
      '2:8 count takes a whole number, not "zero"',
      '3:7 list takes a list, not "text"',
      '5:3 "nme" is no known field in image, did you mean "name"?',
      '6:8 image.tag takes text, not a list',
      '5:3 image.name is missing; it takes text',
    ]);
  });

  it('lets zod have the last word, once per field', () => {
    expect(read('count: -1\n').told).toEqual(['1:8 count: Too small: expected number to be >0']);
  });

  it('merges << as YAML 1.1 does: what stands beside it wins, and earlier maps win over later ones', () => {
    const text = 'free:\n  base: &b {a: 1, b: 2}\n  other: &o {b: 3, c: 4}\n  merged:\n    <<: [*b, *o]\n    a: 9\n';
    expect(read(text).value).toMatchObject({ free: { merged: { a: 9, b: 2, c: 4 } } });
  });

  it('reads what a schema leaves open by the core schema of YAML', () => {
    expect(read('free: {a: 1.50, b: ~, c: true, d: "1", e: yes, f: 2020-01-01}\n').value).toEqual({ free: { a: 1.5, b: null, c: true, d: '1', e: 'yes', f: '2020-01-01' } });
  });

  it('refuses a field called __proto__ and pollutes nothing', () => {
    expect(read('free: {__proto__: {polluted: 1}}\n').told).toEqual(['1:8 a field cannot be called __proto__']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('faults of the YAML itself', () => {
  it.each([
    ['a tab', 'free:\n\ta: 1\n', '2:1 a tab indents this line; YAML takes only blanks'],
    ['a second document', 'version: 1\n---\nversion: 2\n', '2:1 a second document begins here; a file describes one thing'],
    ['a double key', 'version: 1\ncount: 1\nversion: 2\n', '3:1 "version" stands here a second time; it stands in line 1 already'],
    ['an unquoted colon', 'description: a: b\n', '1:14 a text with a colon and a blank stands here without quotes, which makes it a second key on one line'],
    ['an alias of nothing', 'version: *x\n', '1:10 this refers to an anchor that is not defined above'],
    ['an alias inside its anchor', 'free: &x {a: *x}\n', '1:14 this alias stands inside what it refers to'],
    ['a tag', 'version: !secret x\n', '1:10 YAML tags (!name) mean nothing in these files'],
    ['an empty file', '# nothing\n', 'undefined:undefined job.yml holds nothing'],
    ['deep brackets', `free: ${'['.repeat(200_000)}`, '1:107 the nesting is deeper than 100 levels here'],
    ['deep lists', '- '.repeat(200_000), '1:203 the nesting is deeper than 100 levels here'],
  ])('is told for %s', (_name, text, told) => {
    expect(read(text).told).toContain(told);
  });

  it('is told for aliases that multiply, within bounded work', () => {
    const bomb = ['free:', '  a: &a [x,x,x,x,x,x,x,x,x,x]', ...'bcdefgh'.split('').map((name, at) => `  ${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`).join(',')}]`)].join('\n');
    expect(read(bomb).told.join()).toContain('aliases make this file more than');
    const chain = Array.from({ length: 20_000 }, (_, at) => `  k${at}: &k${at} [${at === 0 ? 'x' : `*k${at - 1}`}]`).join('\n');
    expect(read(`free:\n${chain}\n`).told.join()).toContain('aliases make this file');
  });
});
