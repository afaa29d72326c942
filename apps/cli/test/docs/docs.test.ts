import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cliPage } from './cli-page.ts';
import { formatsPage } from './formats-page.ts';

const page = (name: string): string => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');

describe('the pages that are made from tables', () => {
  it('docs/cli.md is what npm run docs writes now', () => {
    expect(page('cli.md')).toBe(cliPage());
  });

  it('docs/formats.md is what npm run docs writes now', () => {
    expect(page('formats.md')).toBe(formatsPage());
  });
});
