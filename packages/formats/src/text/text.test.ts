import { describe, expect, it } from 'vitest';
import { decode } from './decode.ts';
import { fieldPath, parseFieldPath } from './field-path.ts';
import { nearest } from './nearest.ts';
import { placeAt, sourceFile } from './source-file.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('decoding a file', () => {
  it('takes UTF-8 with and without a byte-order mark', () => {
    expect(decode('f', bytes('\uFEFFa: ü'))).toEqual({ text: 'a: ü' });
  });

  it('names the line of the first byte that is no UTF-8', () => {
    const latin = Uint8Array.from([...bytes('a: 1\nb: '), 0xe4, 0x0a]);
    expect(decode('f.yml', latin)).toMatchObject({ problem: { code: 'file-encoding', line: 2 } });
  });

  it('says that UTF-16 is UTF-16, and how to change it', () => {
    expect(decode('f.yml', Uint8Array.from([0xff, 0xfe, 0x61, 0]))).toMatchObject({ problem: { hint: 'iconv -f UTF-16 -t UTF-8 f.yml' } });
  });

  it('refuses what is too large to be a description', () => {
    expect(decode('f', new Uint8Array(1024 * 1024 + 1))).toMatchObject({ problem: { code: 'file-too-large' } });
  });
});

describe('places', () => {
  it('are lines and columns from 1, with the line and carets below it', () => {
    expect(placeAt(sourceFile('f', 'a: 1\n  bad: x\n'), 7, 3)).toEqual({ line: 2, column: 3, excerpt: '  bad: x\n  ^^^' });
  });

  it('do not count the carriage return of Windows files', () => {
    expect(placeAt(sourceFile('f', 'a: 1\r\nb: 2\r\n'), 9, 9)).toEqual({ line: 2, column: 4, excerpt: 'b: 2\n   ^' });
  });

  it('of a long line show the part around them, and control characters as signs', () => {
    const { excerpt } = placeAt(sourceFile('f', `${'x'.repeat(500)}\u001b[31mred`), 500, 1);
    expect(excerpt).not.toContain('\u001b');
    expect(excerpt.split('\n')[1]).toBe(`${' '.repeat(80)}^`);
  });
});

describe('field paths', () => {
  it.each([['inputs.lr'], ['jobs[0].name'], ['tags["destino.retry"]'], ['a["b c"].d']])('are written and read back: %s', (path) => {
    expect(fieldPath(parseFieldPath(path) ?? [])).toBe(path);
  });

  it('that cannot be read are told apart from empty ones', () => {
    expect([parseFieldPath(''), parseFieldPath('a..b'), parseFieldPath('a[')]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the nearest known name', () => {
  it('is found over a typo, a swap, another case and another separator', () => {
    const known = ['environment_variables', 'instance_type', 'command', 'code'];
    expect([nearest('comand', known), nearest('ocde', known), nearest('instanceType', known), nearest('enviroment_variables', known)]).toEqual(['command', 'code', 'instance_type', 'environment_variables']);
  });

  it('is none for a word like no other', () => {
    expect(nearest('gpu', ['command', 'code'])).toBeUndefined();
  });
});
