import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultRetry, errorCodes } from './code.ts';

const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| \[`([a-z-]+)`\]\(#[a-z-]+\) \| (\w+) \|/gm)];
const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title);

describe('docs/errors.md', () => {
  it('has a section for every code, in order, and for no other', () => {
    expect(headings).toEqual([...errorCodes]);
  });

  it('tells in its table how each code may be retried', () => {
    expect(rows.map(([, code, retry]) => [code, retry])).toEqual(errorCodes.map((code) => [code, defaultRetry[code]]));
  });

  it('says of each code what to do', () => {
    const silent = page.split(/^## /m).slice(1).filter((section) => !/\bDo:\s/.test(section));
    expect(silent).toEqual([]);
  });
});
