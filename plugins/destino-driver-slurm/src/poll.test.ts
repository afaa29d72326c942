import { describe, expect, it } from 'vitest';
import { viewOf } from './inspect.ts';
import { parsePoll, pollScript } from './poll.ts';

const key = (letter: string): string => letter.repeat(26);
const handle = (letter: string, more = {}): Parameters<typeof viewOf>[0] => ({ id: '1', key: key(letter), nodes: 1, processesPerNode: 1, ...more });

/** As a Slurm 22.05 and the helper said it. */
const recorded = `queue
66|COMPLETED|None|2026-11-23T22:51:45+0000|2026-11-23T22:51:46+0000
72|PENDING|QOSMaxCpuPerUserLimit|N/A|N/A
67|RUNNING|None|2026-11-23T22:51:48+0000|N/A
account
71|CANCELLED by 0|0:0|2026-11-23T22:51:53+0000|2026-11-23T22:51:54+0000|None
folders
job ${key('a')}
there
claimed
id 66
rank 0
record claimed 31790 1449 b 1795474305000 - .
record running 31795 1450 1795474305010 .
record ended 0 - exit 1795474306000 - .
job ${key('b')}
there
id 72
job ${key('c')}
there
claimed
id 67
ending cancelled 500
rank 0
record claimed 31790 1449 b 1795474305000 - .
record running 31795 1450 1795474305010 .
job ${key('d')}
job ${key('e')}
there
claimed
id 71
rank 0
record claimed 1 2 b 1795474305000 - .
record running 3 4 1795474305010 .
job ${key('f')}
there
released
id 9
`;

describe('a poll of many jobs', () => {
  const polled = parsePoll(recorded);
  const view = (letter: string, more = {}): ReturnType<typeof viewOf> => viewOf(handle(letter, more), polled);

  it('tells an end by the record of the helper and the word of Slurm', () => {
    expect(view('a')).toMatchObject({ seen: 'yes', state: 'succeeded', rawState: 'COMPLETED', exits: [{ node: 0, cause: 'exit', code: 0 }], startedAt: '2026-11-23T22:51:45.010Z' });
  });

  it('tells why a job waits, by the word of Slurm', () => {
    expect(view('b')).toMatchObject({ state: 'queued', rawState: 'PENDING', reasons: [{ code: 'qos-max-cpu-per-user-limit' }] });
  });

  it('tells a job that was asked to end as cancelling until it has', () => {
    expect(view('c')).toMatchObject({ state: 'cancelling', rawState: 'RUNNING' });
  });

  it('reads what the queue has forgotten from the accounting, and who cancelled', () => {
    expect(view('e')).toMatchObject({ state: 'cancelled', rawState: 'CANCELLED', exits: [{ cause: 'cancelled' }], reasons: [{ code: 'cancelled-on-the-cluster' }] });
  });

  it('is sure of an absence only where the driver itself has made it', () => {
    expect([view('d'), view('f'), view('z')]).toMatchObject([{ seen: 'absent', conclusive: false }, { seen: 'absent', conclusive: true }, { seen: 'absent', conclusive: false }]);
  });

  it('tells an end without Slurm, when all ranks have told theirs', () => {
    const forgotten = parsePoll(recorded.split('folders\n')[1] ?? '');
    expect(viewOf(handle('a'), forgotten)).toMatchObject({ state: 'succeeded', rawState: 'gone from the queue' });
    expect(viewOf(handle('a', { nodes: 2 }), forgotten)).toMatchObject({ seen: 'absent', conclusive: false });
  });

  it('asks Slurm before it reads what jobs have told, so that an end is never seen without its record', () => {
    const asked = ['squeue -h', 'sacct -X', 'rank $rank'].map((words) => pollScript.indexOf(words));
    expect(asked).toEqual(asked.toSorted((a, b) => a - b));
    expect(asked).not.toContain(-1);
  });

  it('gives nothing for an empty answer, and passes over lines that it does not know', () => {
    expect(parsePoll('').folders.size).toBe(0);
    expect([...parsePoll('job x\nwhat\nqueue\nrubbish\n|||\n').slurm]).toEqual([]);
  });
});

describe('ends by Slurm', () => {
  const ended = (word: string, record: string): unknown => {
    const lines = `job ${key('a')}\nthere\nclaimed\nid 5\nrank 0\nrecord claimed 1 2 b 1000 - .\nrecord running 3 4 1000 .\n${record}queue\n5|${word}|None|N/A|N/A\n`;
    const view = viewOf(handle('a'), parsePoll(lines));
    return view.seen === 'yes' ? [view.state, view.exits[0]?.cause] : view.seen;
  };

  it.each([
    ['OUT_OF_MEMORY', 'record ended 137 KILL signal 2000 - .\n', 'failed', 'oom'],
    ['OUT_OF_MEMORY', 'record ended 9 - exit 2000 - .\n', 'failed', 'oom'],
    ['OUT_OF_MEMORY', '', 'failed', 'oom'],
    ['TIMEOUT', '', 'failed', 'timeout'],
    ['FAILED', 'record ended 143 TERM timeout 2000 - .\n', 'failed', 'timeout'],
    ['NODE_FAIL', '', 'failed', 'node-lost'],
    ['PREEMPTED', 'record ended 143 TERM signal 2000 - .\n', 'failed', 'preempted'],
    ['PREEMPTED', 'record ended 0 - exit 2000 - .\n', 'succeeded', 'exit'],
    ['FAILED', 'record ended 3 - exit 2000 - .\n', 'failed', 'exit'],
    ['FAILED', 'record ended 96 - setup 2000 setup .\n', 'failed', 'setup'],
    ['FAILED', '', 'failed', 'signal'],
    ['COMPLETED', '', 'succeeded', 'exit'],
    ['CANCELLED', '', 'cancelled', 'cancelled'],
  ])('%s with "%s" is %s by %s', (word, record, state, cause) => {
    expect(ended(word, record)).toEqual([state, cause]);
  });

  it('does not decide anything by a word that it does not know', () => {
    expect(ended('HALF_DONE', '')).toEqual(['running', undefined]);
  });
});
