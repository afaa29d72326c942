import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDestino } from './create-destino.ts';
import { openListing } from './listing.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'destino-listing-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

const which = () => ({ workspace: 'listed', folder: root, stateFolder: join(root, 'state'), variables: { PATH: process.env['PATH'], HOME: root } });
const request = (name: string) => ({ name, request: { spec: { name, command: ['true'], tags: { of: name } }, targets: ['local'], displayName: `title of ${name}` } });

describe('openListing', () => {
  it('gives the lines of jobs as the engine gives the jobs', async () => {
    await using destino = await createDestino(which());
    await destino.run({ command: ['true'], folder: root, name: 'done' });
    await destino.prepareTargets();
    await destino.submit(request('other'));
    await destino.wait('other');
    await using listing = await openListing(which());
    const { items } = await listing.jobs({ newestFirst: true });
    const whole = (await destino.engine.jobs({ newestFirst: true })).items;
    expect(items.map(({ name }) => name)).toEqual(['other', 'done']);
    for (const [index, line] of items.entries()) expect(whole[index]).toMatchObject(line);
    expect(items[0]).toMatchObject({ displayName: 'title of other', tags: { of: 'other' }, state: 'succeeded', target: 'local', finishedAt: expect.any(String) as string });
  });

  it('asks for the engine while something is unfinished that nobody looks after', async () => {
    {
      await using destino = await createDestino(which());
      await destino.submit({ command: ['sh', '-c', 'sleep 600'], folder: root, name: 'left' });
      await using listing = await openListing(which());
      expect(await listing.needsEngine()).toBe(false);
    }
    await using listing = await openListing(which());
    expect(await listing.needsEngine()).toBe(true);
    await using again = await createDestino(which());
    await again.start();
    await again.engine.cancel('left');
    await again.wait('left');
    expect(await listing.needsEngine()).toBe(false);
  });
});
