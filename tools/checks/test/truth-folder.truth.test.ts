import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(process.env['DESTINO_TRUTH'] ?? '', 'azure-specs');

/** Every truth test rests on these files, so a changed or missing one is told here, by name. */
describe('the truth folder', () => {
  it('holds every file of its manifest, unchanged', () => {
    const [head = '', ...rows] = readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8').trimEnd().split('\n');
    const columns = head.split('\t');
    const wrong = rows.flatMap((row) => {
      const cells = row.split('\t');
      const cell = (name: string): string => cells[columns.indexOf(name)] ?? '';
      const digest = createHash('sha256').update(readFileSync(join(folder, cell('file')))).digest('hex');
      return digest.startsWith(cell('sha256 (16)')) ? [] : [cell('file')];
    });
    expect(rows.length).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});
