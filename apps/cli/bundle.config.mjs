// Makes one bundle with a chunk for each command: a start reads a few files instead of hundreds.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = join(here, 'dist/bundle');
rmSync(folder, { recursive: true, force: true });

const build = await rolldown({
  input: { main: join(here, 'src/main.ts') },
  platform: 'node',
  // The helper reads its script beside itself, and the kit is the user's own copy.
  external: ['@destino/helper', '@destino/driver-testkit', 'better-sqlite3', 'pg', 'pg-native', /^node:/],
  resolve: { conditionNames: ['@destino/source', 'node', 'import', 'default'] },
  treeshake: true,
});
const { output } = await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunk-[name]-[hash].js', minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } }, sourcemap: false });
await build.close();

const { exampleFiles } = await import('./src/example-files.ts');
for (const name of ['iris-js', 'iris-python']) {
  for (const [path, content] of await exampleFiles(name)) {
    const file = join(folder, 'examples', name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
cpSync(join(here, 'package.json'), join(folder, 'package.json'));
const inputs = [...new Set(output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : [])))].filter((id) => id.startsWith('/') && !id.includes('node_modules')).map((id) => relative(here, id));
writeFileSync(join(folder, 'inputs.json'), JSON.stringify(inputs.sort()));
console.log(`bundle: ${output.length} files from ${inputs.length} sources`);
