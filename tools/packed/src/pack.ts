import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readPackages, repositoryRoot, type WorkspacePackage } from '@destino/repository';

const execute = promisify(execFile);

export type Tarball = { readonly package: WorkspacePackage; readonly path: string; readonly files: readonly string[] };

type PackReport = { readonly name: string; readonly filename: string; readonly files: readonly { readonly path: string }[] };

/** Builds the repository and packs every package that is not private into a folder, as `npm publish` would. */
export async function packPackages(folder: string): Promise<Tarball[]> {
  await execute('npm', ['run', 'build'], { cwd: repositoryRoot });
  const publishable = readPackages().filter(({ manifest }) => manifest.private !== true);
  const workspaces = publishable.flatMap(({ folder: workspace }) => ['--workspace', workspace]);
  const { stdout } = await execute('npm', ['pack', '--json', '--pack-destination', folder, ...workspaces], { cwd: repositoryRoot, maxBuffer: 1 << 26 });
  const reports = JSON.parse(stdout) as PackReport[];
  return publishable.map((each) => {
    const report = reports.find(({ name }) => name === each.name);
    if (report === undefined) throw new Error(`npm pack made no tarball of ${each.name}`);
    return { package: each, path: join(folder, report.filename), files: report.files.map(({ path }) => path) };
  });
}
