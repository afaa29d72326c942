import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeDriver, createFakeRemote } from '@destino/driver-testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDestino, type DestinoOptions } from './create-destino.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'destino-runtime-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

async function options(more: DestinoOptions = {}): Promise<DestinoOptions> {
  const folder = join(root, 'work');
  await mkdir(folder, { recursive: true });
  return { folder, stateFolder: join(root, 'state'), variables: { PATH: process.env['PATH'], HOME: root }, ...more };
}

describe('createDestino', () => {
  it('runs a command and gives its log, without a file, an agent or a server', async () => {
    await using destino = await createDestino(await options());
    const log: string[] = [];
    const run = { command: ['sh', '-c', 'echo hello; exit 3'], folder: join(root, 'work') };
    const job = await destino.run(run, { onLog: (chunk) => 'bytes' in chunk && log.push(Buffer.from(chunk.bytes).toString()) });
    expect(log.join('')).toBe('hello\n');
    expect(job).toMatchObject({ state: 'failed', exitCode: 3, target: 'local', createdBy: expect.any(String) as string });
  });

  it('finds a job again in another process of the same workspace, and not in another workspace', async () => {
    const job = await (async () => {
      await using destino = await createDestino(await options());
      return await destino.run({ command: ['true'], folder: join(root, 'work') });
    })();
    await using again = await createDestino(await options());
    expect((await again.engine.job(job.name))?.id).toBe(job.id);
    await using other = await createDestino(await options({ workspace: 'other' }));
    expect(await other.engine.job(job.name)).toBeUndefined();
  });

  it('keeps two runtimes of one process apart', async () => {
    await using one = await createDestino(await options({ workspace: 'one' }));
    await using two = await createDestino(await options({ workspace: 'two' }));
    expect(one.store).not.toBe(two.store);
    one.secrets.set('token', 'of-one');
    expect(two.secrets.names()).toEqual([]);
  });

  it('takes further drivers, and refuses two of one kind and one of another version of the contract', async () => {
    const driver = createFakeDriver({ remote: createFakeRemote({ nowMs: () => 0 }) });
    {
      await using destino = await createDestino(await options({ drivers: [driver] }));
      await destino.targets.put({ name: 'elsewhere', kind: 'fake', config: {} });
      expect((await destino.targets.get('elsewhere')).kind).toBe('fake');
    }
    await expect(createDestino(await options({ drivers: [driver, driver] }))).rejects.toMatchObject({ code: 'conflict', kind: 'fake' });
    const newer = { ...driver, contract: 2 } as unknown as typeof driver;
    await expect(createDestino(await options({ drivers: [newer] }))).rejects.toMatchObject({ code: 'contract', hint: 'update Destino' });
  });

  it('lists the nodes of a target, and says why a kind shows none', async () => {
    const drivers = [
      createFakeDriver({ remote: createFakeRemote({ nowMs: () => 0 }) }),
      createFakeDriver({ kind: 'plain', remote: createFakeRemote({ nowMs: () => 0 }), unsupported: { nodes: 'it is one machine' } }),
    ];
    await using destino = await createDestino(await options({ drivers }));
    await destino.targets.put({ name: 'cluster', kind: 'fake', config: {} });
    await destino.targets.put({ name: 'single', kind: 'plain', config: {} });
    const nodesOf = async (name: string): Promise<string[]> => {
      const ids: string[] = [];
      for await (const { id } of destino.targets.nodes(name)) ids.push(id);
      return ids;
    };
    expect((await nodesOf('cluster'))[0]).toBe('node-0');
    await expect(nodesOf('single')).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('it is one machine') as string });
  });

  it('brings the targets, aliases and default of destino.yaml into force', async () => {
    const given = await options();
    await writeFile(join(root, 'work/destino.yaml'), 'name: team\ndefault_target: small\naliases: { cpu-cluster: [small, local] }\ntargets: { small: { kind: local, config: { cores: 1 } } }\n');
    await using destino = await createDestino(given);
    const { job } = await destino.submit({ command: ['true'], folder: join(root, 'work') });
    expect(job).toMatchObject({ target: 'small' });
    expect((await destino.wait(job.id)).state).toBe('succeeded');
    expect(destino.workspace).toMatchObject({ name: 'team', origin: 'file' });
    const aliased = await destino.submit({ command: ['true'], folder: join(root, 'work'), targets: ['cpu-cluster'] });
    expect(aliased.job.targets).toEqual(['small', 'local']);
  });
});
