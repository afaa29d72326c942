import { appendFileSync, lstatSync, rmSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hashFile } from './hash-file.ts';
import { sha256 } from './manifest.ts';
import { stampOf, type FileNode } from './nodes.ts';
import { at, useTrialFolder, write } from './trial-folder.test.support.ts';

useTrialFolder();

function nodeOf(name: string): FileNode {
  return { kind: 'file', path: name, isExecutable: false, hash: '', ...stampOf(lstatSync(at(name))) };
}

describe('the hash of a file', () => {
  it('is of what it holds at the end when it changes in between', async () => {
    write('a', 'one');
    const node = nodeOf('a');
    let changes = 0;
    await hashFile(at('a'), node, { onBytes: () => void (changes++ === 0 && appendFileSync(at('a'), ' two')) });
    expect(node).toEqual({ ...nodeOf('a'), hash: sha256('one two') });
  });

  it('is refused when it changes each time', async () => {
    write('a', 'one');
    const node = nodeOf('a');
    await expect(hashFile(at('a'), node, { onBytes: () => appendFileSync(at('a'), '.') })).rejects.toMatchObject({ code: 'conflict', retry: 'same' });
    expect(node.hash).toBe('');
  });

  it('is never of what a link leads to', async () => {
    write('a', 'one');
    const node = nodeOf('a');
    rmSync(at('a'));
    symlinkSync('/etc/hostname', at('a'));
    await expect(hashFile(at('a'), node, {})).rejects.toMatchObject({ code: 'ELOOP' });
  });
});
