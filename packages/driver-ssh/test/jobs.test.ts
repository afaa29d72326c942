import { isDestinoError } from '@destino/core/errors';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { quoteShell } from '@destino/helper';
import { contextFor, freshKey, Machine, spec, Trial } from './trial.ts';

describe('jobs on a machine reached by SSH', () => {
  let machine: Machine;
  const trials: Trial[] = [];
  const open = (...parts: ConstructorParameters<typeof Trial>): Trial => {
    const trial = new Trial(...parts);
    trials.push(trial);
    return trial;
  };
  beforeAll(async () => {
    machine = await Machine.start();
  });
  afterEach(async () => {
    for (const trial of trials.splice(0)) await trial.close();
  });
  afterAll(async () => await machine.end());

  const root = (): string => join(machine.home, '.local/state/destino/machine');

  it('go on when the connection is cut, and are found ended by another client', async () => {
    const first = open(machine.config());
    const handle = await first.submit(spec('sleep 1; echo survived'));
    machine.server.cut();
    await first.close();
    const second = open(machine.config());
    expect((await second.ended(handle)).state).toBe('succeeded');
    expect(await second.log(handle)).toBe('survived\n');
  });

  it('tell their log to the byte across cuts, from the last cursor on', async () => {
    const trial = open(machine.config());
    const lines = Array.from({ length: 400 }, (_, index) => `line ${index}\n`).join('');
    const handle = await trial.submit(spec('i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); [ $((i % 100)) -ne 0 ] || sleep 0.3; done'));
    let text = '';
    let since: string | undefined;
    let cuts = 0;
    for (let over = false; !over; ) {
      try {
        for await (const record of trial.jobs.logs(handle, { follow: true, ...(since !== undefined && { since }) })) {
          if (!('bytes' in record)) continue;
          text += Buffer.from(record.bytes).toString();
          since = record.cursor;
          if (cuts < 3) machine.server.cut();
          cuts += 1;
        }
        over = true;
      } catch (error) {
        if (!isDestinoError(error, 'unavailable')) throw error;
      }
    }
    expect(cuts).toBeGreaterThan(1);
    expect(text).toBe(lines);
  });

  it('wait in one queue, first come, first served, for all workspaces of the account', async () => {
    const config = machine.config({ maxJobs: 1 });
    const [one, other] = [open(config), open(config, contextFor({ workspace: 'other', incarnation: 'first' }))];
    const first = await one.submit(spec('sleep 600', { name: 'long' }));
    await one.until(first, ({ state }) => state === 'running');
    const second = await other.submit(spec('true', { name: 'next' }));
    const third = await one.submit(spec('true', { name: 'last' }));
    const view = await other.until(second, ({ state }) => state === 'queued');
    expect(view.reasons[0]?.text).toContain('long (workspace trial)');
    expect((await one.look(third)).seen).toBe('yes');
    await one.jobs.cancel(first, { graceMs: 0 });
    const [ended, later] = [await other.ended(second), await one.ended(third)];
    expect([ended.state, later.state]).toEqual(['succeeded', 'succeeded']);
    expect(Date.parse(later.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(ended.startedAt ?? ''));
  });

  it('are told of, however many, by one command there', async () => {
    const trial = open(machine.config());
    const handles = [];
    for (let count = 0; count < 5; count += 1) handles.push(await trial.submit(spec('true')));
    const before = machine.server.counts.commands;
    expect(await trial.jobs.inspect(handles)).toHaveLength(5);
    expect(machine.server.counts.commands - before).toBe(1);
  });

  it('get a folder of many files in one round trip when it is there, and else only what has changed', async () => {
    const trial = open(machine.config());
    const files = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`part ${index % 7}/file '${index}'.txt`, `content ${index}\n`]));
    const snapshot = trial.context.addSnapshot(files);
    await trial.jobs.stage?.(spec('true', { snapshot }), { key: freshKey(), fence: 1 });
    const before = machine.server.counts.commands;
    await trial.jobs.stage?.(spec('true', { snapshot }), { key: freshKey(), fence: 1 });
    expect(machine.server.counts.commands - before).toBe(1);
    const { 'part 0/file \'0\'.txt': _gone, ...kept } = files;
    const changed = trial.context.addSnapshot({ ...kept, "part 1/file '1'.txt": 'other\n', 'new/ü $(x).txt': 'new\n', 'part 0/file \'0\'.txt/now a folder': 'in it\n' });
    const reports: { doneBytes: number; skippedBytes?: number }[] = [];
    const key = freshKey();
    await trial.jobs.stage?.(spec('true', { snapshot: changed }), { key, fence: 1, onProgress: (progress) => reports.push(progress) });
    expect(reports.at(-1)?.doneBytes).toBe('other\nnew\nin it\n'.length);
    const work = join(root(), 'jobs', key, 'work');
    expect(readFileSync(join(work, 'new/ü $(x).txt'), 'utf8')).toBe('new\n');
    expect(readFileSync(join(work, "part 1/file '1'.txt"), 'utf8')).toBe('other\n');
    expect(readFileSync(join(work, "part 0/file '0'.txt/now a folder"), 'utf8')).toBe('in it\n');
    expect(readdirSync(work, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toHaveLength(601);
  });

  it('get a large file on in pieces after cuts, sending none twice, and whole', async () => {
    const trial = open(machine.config());
    // Hardly compressible, and different in each piece.
    const text = Array.from({ length: 40 }, (_, index) => Buffer.alloc(700_000, `${freshKey()}${index}`).toString('latin1')).join('');
    const snapshot = trial.context.addSnapshot({ 'data.bin': text });
    const key = freshKey();
    let cuts = 0;
    const stage = async (): Promise<unknown> =>
      await trial.jobs.stage?.(spec('true', { snapshot }), {
        key,
        fence: 1,
        onProgress: ({ doneBytes }) => {
          if (doneBytes === 0 || cuts >= 2) return;
          cuts += 1;
          machine.server.cut();
        },
      });
    for (let tries = 0; ; tries += 1) {
      try {
        await stage();
        break;
      } catch (error) {
        if (!isDestinoError(error, 'unavailable') || tries > 5) throw error;
      }
    }
    expect(cuts).toBe(2);
    const file = join(root(), 'jobs', key, 'work/data.bin');
    expect(readFileSync(file, 'latin1') === text).toBe(true);
    expect(readdirSync(join(root(), 'parts'))).toEqual([]);
  });

  it('bring their outputs back, and nothing from outside of them', async () => {
    const trial = open(machine.config());
    const handle = await trial.submit(spec(`mkdir -p outputs/deep; printf abc > 'outputs/deep/a "b".txt'; ln -s /etc/passwd outputs/link; ln -s /etc outputs/etc`));
    await trial.ended(handle);
    const files = [];
    for await (const file of trial.jobs.outputs(handle)) if (file.output === 'outputs') files.push(file);
    expect(files.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([['deep/a "b".txt', 3]]);
    const fetched = async (path: string): Promise<string> => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of trial.jobs.fetchOutput?.(handle, { output: 'outputs', path, sizeBytes: 3, kept: 'target' }, { from: 1 }) ?? []) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    };
    expect(await fetched('deep/a "b".txt')).toBe('bc');
    await expect(fetched('etc/passwd')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(fetched('link')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(fetched('../start')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(fetched('absent')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('get arguments, variables and names as they are, whatever stands in them', async () => {
    const trial = open(machine.config());
    const hostile = fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '$', '`', '\\', '!', '\n', ';', '&', '|', '*', '~', '#', '%', '(', ')', '<', 'ü', '-'), minLength: 1, maxLength: 30 });
    const samples = fc.sample(fc.tuple(hostile, hostile), { numRuns: 12, seed: 7 });
    for (const [argument, value] of samples) {
      const handle = await trial.submit(spec(`printf '%s|%s' ${quoteShell(argument)} "$VALUE"`, { name: argument, variables: { VALUE: value } }));
      expect((await trial.ended(handle)).state).toBe('succeeded');
      expect(await trial.log(handle)).toBe(`${argument}|${value}`);
      await trial.jobs.release(handle);
    }
  });

  it('keep secrets from command lines there, and remove their file before the command begins', async () => {
    const trial = open(machine.config(), contextFor(undefined, { token: "s3cret 'x'" }));
    const handle = await trial.submit(spec('printf %s "$TOKEN"; ls ..', { secrets: { TOKEN: { secret: 'token' } } }));
    await trial.ended(handle);
    expect(await trial.log(handle)).toContain("s3cret 'x'");
    expect(await trial.log(handle)).not.toMatch(/^secrets$/m);
  });

  it('leave only a mark after release, in a folder that is nobody else’s to read', async () => {
    const trial = open(machine.config());
    const handle = await trial.submit(spec('true'));
    await trial.ended(handle);
    await trial.jobs.release(handle);
    const folder = join(root(), 'jobs', handle.id);
    expect(readdirSync(folder).toSorted()).toEqual(['claim', 'released']);
    expect(statSync(root()).mode & 0o077).toBe(0);
    expect(await trial.look(handle)).toMatchObject({ seen: 'absent', conclusive: true });
  });

  it('are told as lost for sure when the machine has been booted since', async () => {
    const trial = open(machine.config());
    const handle = await trial.submit(spec('sleep 600'));
    await trial.until(handle, ({ state }) => state === 'running');
    const old = { ...handle, state: { ...(handle.state as { root: string; bootId: string }), bootId: 'an-earlier-boot' } };
    expect(await trial.look(old)).toMatchObject({ seen: 'absent', conclusive: true, reasons: [{ code: 'rebooted' }] });
    await trial.jobs.cancel(handle, { graceMs: 0 });
    await trial.ended(handle);
    expect(existsSync(join(root(), 'jobs', handle.id, 'record'))).toBe(true);
  });
});
