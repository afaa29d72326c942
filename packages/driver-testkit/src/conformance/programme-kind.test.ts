import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { shellCommand, type JobProgramme } from './programme-kind.ts';

function run(programme: JobProgramme, variables: Record<string, string> = {}): { code: number | null; signal: string | null; text: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'destino-programme-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const env = { PATH: '/usr/bin:/bin', ...variables };
  const { status, signal, stdout } = spawnSync('/bin/sh', ['-c', shellCommand(programme)], { cwd: folder, env, encoding: 'utf8', timeout: 1000 });
  return { code: status, signal, text: stdout, folder };
}

describe('programmes as shell commands', () => {
  it('print and end as they promise', () => {
    expect(run({ does: 'succeeds' })).toMatchObject({ code: 0, text: 'line 1\n' });
    expect(run({ does: 'fails', exitCode: 7 })).toMatchObject({ code: 7, text: 'line 1\n' });
    expect(run({ does: 'prints', lines: 3 })).toMatchObject({ code: 0, text: 'line 1\nline 2\nline 3\n' });
    expect(run({ does: 'prints', lines: 2, everyMs: 10 })).toMatchObject({ code: 0, text: 'line 1\nline 2\n' });
    expect(run({ does: 'reads-secret', secret: 'x' }, { PLANTED: 'twelve chars' })).toMatchObject({ code: 0, text: 'length 12\n' });
  });

  it('tell the nodes of a gang apart, and let one fail', () => {
    expect(run({ does: 'gang', nodes: 2 }, { NODE_RANK: '1' })).toMatchObject({ code: 0, text: 'rank 1\n' });
    expect(run({ does: 'gang', nodes: 2, failing: 1 }, { NODE_RANK: '1' })).toMatchObject({ code: 3 });
  });

  it('leave an output with just the text', () => {
    const { code, folder } = run({ does: 'leaves-output', text: 'some text, 100 %' });
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'outputs', 'result.txt'), 'utf8')).toBe('some text, 100 %');
  });
});
