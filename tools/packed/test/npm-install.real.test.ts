import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkspacePackage } from '@destino/repository';
import { expect, it, onTestFinished } from 'vitest';
import { entryPoints, importAll } from '../src/consumer.ts';
import { packPackages } from '../src/index.ts';

const execute = promisify(execFile);

/** What npm leaves to the user: the peers that only some entry points need, in the versions that the package is tested with. */
function optionalPeers({ manifest }: WorkspacePackage): string[] {
  const optional = Object.entries(manifest.peerDependenciesMeta ?? {}).filter(([, { optional = false }]) => optional);
  return optional.map(([name]) => `${name}@${manifest.devDependencies?.[name] ?? 'latest'}`);
}

/** Here npm itself resolves what the tarballs declare, from its registry or cache: the packed test has no network. */
it('installs all tarballs by npm into an empty project, where every export can be imported', async () => {
  const project = await mkdtemp(join(tmpdir(), 'destino-npm-install-'));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  const tarballs = await packPackages(project);
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  const wanted = [...tarballs.map(({ path }) => path), ...tarballs.flatMap((tarball) => optionalPeers(tarball.package))];
  await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...wanted], { cwd: project });
  const specifiers = tarballs.flatMap((tarball) => entryPoints(tarball.package));
  expect(Object.keys(await importAll(project, specifiers))).toEqual(specifiers);
}, 240_000);
