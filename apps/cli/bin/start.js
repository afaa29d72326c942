// Runs the bundle. In a checkout whose sources are newer than the bundle, or that has none yet, runs the sources.
// Not imported: an import of Node's own modules reads all that they export, and that costs more than all the rest.
const { existsSync, readFileSync, statSync } = process.getBuiltinModule('node:fs');
const { enableCompileCache } = process.getBuiltinModule('node:module');
const { fileURLToPath } = process.getBuiltinModule('node:url');

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const bundle = at('../dist/bundle/main.js');
const sources = at('../src/main.ts');

/** The bundle says which files it was made of; in a published package none of them is there to be newer. */
function isFresh() {
  if (!existsSync(bundle)) return false;
  if (!existsSync(sources)) return true;
  const madeAt = statSync(bundle).mtimeMs;
  const inputs = JSON.parse(readFileSync(at('../dist/bundle/inputs.json'), 'utf8'));
  return inputs.every((input) => (statSync(at(`../${input}`), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) <= madeAt);
}

enableCompileCache();
if (isFresh()) {
  await import('../dist/bundle/main.js');
} else {
  // The condition that leads to sources must stand when Node starts; the process is replaced where that can be done.
  const words = ['--conditions=@destino/source', '--disable-warning=ExperimentalWarning', sources, ...process.argv.slice(2)];
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(process.execPath, [process.execPath, ...words], process.env);
  }
  const { spawnSync } = await import('node:child_process');
  const run = spawnSync(process.execPath, words, { stdio: 'inherit' });
  process.exitCode = run.status ?? 70;
}
