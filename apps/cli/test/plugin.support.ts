import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { driverFiles } from '@destino/driver-testkit/new-driver';

const run = promisify(execFile);

/** Our own packages from their sources, in every Node that a test starts. */
export const fromSource = { NODE_OPTIONS: '--conditions=@destino/source --disable-warning=ExperimentalWarning' };

/** Packs a folder of files as npm does; gives the tarball. */
export async function packPackage(folder: string, files: Record<string, string>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--loglevel=error'], { cwd: folder });
  return join(folder, stdout.trim());
}

/** A package that a plugin depends on. */
export async function packDependency(folder: string): Promise<string> {
  const manifest = { name: 'acme-greeting', version: '2.1.0', type: 'module', exports: './index.js' };
  return await packPackage(folder, { 'package.json': JSON.stringify(manifest), 'index.js': "export const greeting = 'greetings from a dependency';\n" });
}

/** The driver that the generator writes, built without a compiler, with a dependency of its own that it really uses. */
export async function packPlugin(folder: string, { kind, dependency, version = '1.0.0' }: { kind: string; dependency: string; version?: string }): Promise<string> {
  const { files, package: name } = driverFiles({ kind, place: 'outside' });
  const built: Record<string, string> = {};
  for (const [path, text] of files) {
    if (!path.startsWith('src/') || path.includes('.test.')) continue;
    const code = stripTypeScriptTypes(text).replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'");
    built[path.replace('src/', 'dist/').replace(/\.ts$/, '.js')] = code;
  }
  const config = built['dist/config.js'] ?? '';
  built['dist/config.js'] = `import { greeting } from 'acme-greeting';\n${config.replace("Where jobs", '${greeting}: where jobs').replace(/'(\$\{greeting\}[^']*)'/, '`$1`')}`;
  const manifest = JSON.parse(files.get('package.json') ?? '{}') as Record<string, unknown>;
  built['package.json'] = JSON.stringify({ ...manifest, name, version, dependencies: { 'acme-greeting': `file:${dependency}` } });
  return await packPackage(folder, built);
}

/** A package of one module, for what drivers should not do. */
export async function packModule(folder: string, name: string, text: string): Promise<string> {
  return await packPackage(folder, { 'package.json': JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js' }), 'index.js': text });
}
