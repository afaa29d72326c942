import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPackages, repositoryRoot } from '@destino/repository';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryPoints, importAll, runCommands, typeCheckAll } from '../src/consumer.ts';
import { installStrictly, packPackages, type Tarball } from '../src/index.ts';

const publishable = readPackages().filter(({ manifest }) => manifest.private !== true);
let project: string;
let tarballs: Tarball[];

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'destino-packed-'));
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  tarballs = await packPackages(project);
  await installStrictly(tarballs, project);
}, 120_000);

afterAll(() => rm(project, { recursive: true, force: true }));

describe.each(publishable)('$name as a tarball', (each) => {
  it('holds its built files and README, and neither sources nor tests', () => {
    const files = tarballs.find((tarball) => tarball.package.name === each.name)?.files ?? [];
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md']));
    expect(files.filter((file) => file.startsWith('src/') || file.includes('.test.'))).toEqual([]);
  });

  it('can be imported by every one of its exports', async () => {
    const specifiers = entryPoints(each);
    expect(Object.keys(await importAll(project, specifiers))).toEqual(specifiers);
  });

  if (each.manifest.bin === undefined) return;

  it('answers --help by each of its commands', async () => {
    for (const text of Object.values(await runCommands(project, each))) expect(text).toMatch(/\S/);
  });
});

it('gives a stranger declarations that compile without our source condition', async () => {
  const compiler = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
  await expect(typeCheckAll(project, publishable.flatMap(entryPoints), compiler)).resolves.toBeUndefined();
}, 60_000);
