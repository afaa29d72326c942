import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readAllowedSkips, unexplainedSkips } from './skips.ts';

function listOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'destino-skips-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'allowed.txt'), text);
  return join(folder, 'allowed.txt');
}

describe('allowed skips', () => {
  it('explain the tests that a line names, with * for any text, and no others', () => {
    const allowed = readAllowedSkips(listOf('# comment\n\na.test.ts > gpu (*) # no GPU here\n'));
    expect(unexplainedSkips(['a.test.ts > gpu (A100)', 'a.test.ts > gpu', 'b.test.ts > gpu (A100)'], allowed)).toEqual(['a.test.ts > gpu', 'b.test.ts > gpu (A100)']);
  });

  it('refuse a line that gives no reason', () => {
    expect(() => readAllowedSkips(listOf('a.test.ts > gpu\n'))).toThrow("'a.test.ts > gpu' has no reason");
  });
});
