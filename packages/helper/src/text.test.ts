import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootPrefix, helperScript, isPlainVariable, parseRecord, parseTicket, quoteShell, startScript, ticketName } from './index.ts';

const whole = 'claimed 7 70 boot 1000 1,2 .\nrunning 8 71 1001 .\nended 3 - exit 1002 - .\n';

describe('a record', () => {
  it('tells owner, process and end', () => {
    expect(parseRecord(`${whole}\n\n\n`)).toEqual({
      claimed: { pid: 7, start: '70', bootId: 'boot', atMs: 1000, gpus: [1, 2] },
      running: { pid: 8, start: '71', atMs: 1001 },
      ended: { code: 3, cause: 'exit', atMs: 1002 },
    });
  });

  it('counts a line only with its final point, wherever a full disk cut it', () => {
    const last = whole.trimEnd().lastIndexOf('\n') + 1;
    for (let cut = last; cut < whole.length - 2; cut += 1) {
      expect(parseRecord(whole.slice(0, cut)).ended).toBeUndefined();
      expect(parseRecord(`${whole.slice(0, cut)}\n\n`).ended).toBeUndefined();
    }
  });

  it('takes a cause it does not know for no end, and rubbish for nothing', () => {
    expect(parseRecord('ended 0 - wondrous 1 - .\n')).toEqual({});
    fc.assert(fc.property(fc.string(), (text) => parseRecord(text).ended === undefined || text.includes('ended ')));
  });
});

describe('a ticket', () => {
  const key = `a${'b2'.repeat(12)}z`;

  it('comes back as it was, in an order that its name keeps', () => {
    const ticket = { order: 12n, key, cores: 1.5, memoryBytes: 3 * 1_048_576, gpus: 2, bootId: 'd26fb4df-c466' };
    expect(parseTicket(ticketName(ticket))).toEqual({ ...ticket, bootId: bootPrefix(ticket.bootId) });
    expect(ticketName({ ...ticket, order: 9n }) < ticketName({ ...ticket, order: 10n })).toBe(true);
  });

  it('is not read out of another file’s name', () => {
    for (const name of ['', 'wake', `1.${key}.1.1.1`, `1.${key.toUpperCase()}.1.1.1.x`, `1.../${key}.1.1.1.x`]) {
      expect(parseTicket(name)).toBeUndefined();
    }
  });
});

describe('shell text', () => {
  it('is one word for the shell, whatever stands in it', () => {
    const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0') && !/[\ud800-\udfff]/.test(value));
    fc.assert(
      fc.property(text, (value) => {
        const { stdout } = spawnSync('/bin/sh', ['-c', `printf %s ${quoteShell(value)}`], { encoding: 'utf8' });
        return stdout === value;
      }),
      { numRuns: 60 },
    );
  });

  it('names the time limits first, then the variables, then one command', () => {
    const text = startScript({ folder: '/a b', variables: { X: 'y z', 'a.b': 'c' }, command: ['bash', '-c', 'exit 1'], timeoutMs: 1234, graceMs: 500 });
    expect(text.split('\n')).toEqual([
      '# 1 1.24 500',
      'unset DESTINO_ROOT DESTINO_TICK_S DESTINO_PROC',
      "export X='y z'",
      "cd -- '/a b' || fail_setup 'the job folder is gone'",
      "launch env 'a.b=c' bash -c 'exit 1'",
      '',
    ]);
  });

  it('knows which variables never show on a command line', () => {
    expect(['HF_TOKEN', '_x', 'A1'].every(isPlainVariable)).toBe(true);
    expect(['a.b', '1a', '', 'IFS', 'PPID', 'UID', 'BASH_ENV', '_'].some(isPlainVariable)).toBe(false);
  });
});

describe('the script', () => {
  it('is known by its hash', () => {
    const { script, hash } = helperScript();
    expect(script.startsWith('#!/bin/sh\n')).toBe(true);
    expect(hash).toBe(createHash('sha256').update(script).digest('hex'));
  });
});
