import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { faultPresets } from '@destino/azure-emulator';
import { describe, expect, it } from 'vitest';

describe('docs/azure-emulator.md', () => {
  it('lists every fault preset, in its own words', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../../docs/azure-emulator.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm)].map(([, name, text]) => [name, text]);
    expect(listed).toEqual(Object.entries(faultPresets).map(([name, { text }]) => [name, text]));
  });
});
