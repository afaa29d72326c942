// Runs the bundle. In a checkout whose sources are newer than the bundle, or that has none yet, runs the sources.
// Not imported: an import of Node's own modules reads all that they export, and that costs more than all the rest.
const { existsSync, fstatSync, readFileSync, statSync, writeSync } = process.getBuiltinModule('node:fs');
const { enableCompileCache } = process.getBuiltinModule('node:module');
const { fileURLToPath } = process.getBuiltinModule('node:url');

const { dirname, join } = process.getBuiltinModule('node:path');

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(home, 'dist/bundle/main.js');
const sources = join(home, 'src/main.ts');
const words = process.argv.slice(2);

/** The bundle says which files it was made of; in a published package none of them is there to be newer. */
function isFresh(inputs) {
  if (!existsSync(sources)) return true;
  const madeAt = statSync(bundle).mtimeMs;
  return inputs().every((input) => (statSync(`${home}/${input}`, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) <= madeAt);
}

/** What the bundle holds ready to be printed as it is; nothing where the terminal is narrower than it was made for. */
function readyText() {
  const last = words.at(-1);
  const isHelp = last === '--help' || last === '-h';
  if (!isHelp && !(words.length === 1 && (last === '--version' || last === '-V'))) return undefined;
  const { version, inputs, help } = JSON.parse(readFileSync(join(home, 'dist/bundle/help.json'), 'utf8'));
  const name = words.slice(0, -1).join(' ');
  const text = isHelp ? (Object.hasOwn(help, name) ? help[name] : undefined) : `${version}\n`;
  if (text === undefined || !isFresh(() => inputs)) return undefined;
  return fstatSync(1).isCharacterDevice() && process.stdout.columns < 80 ? undefined : text;
}

function print(text) {
  try {
    // A stream would load what the rest of the program has no need of here.
    const written = writeSync(1, text);
    if (written < Buffer.byteLength(text)) process.stdout.write(Buffer.from(text).subarray(written));
  } catch (error) {
    if (error.code === 'EAGAIN') process.stdout.write(text);
    else if (error.code !== 'EPIPE') throw error;
  }
}

async function runSources() {
  // The condition that leads to sources must stand when Node starts; the process is replaced where that can be done.
  const options = ['--conditions=@destino/source', '--disable-warning=ExperimentalWarning', sources, ...words];
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(process.execPath, [process.execPath, ...options], process.env);
  }
  const { spawnSync } = await import('node:child_process');
  const run = spawnSync(process.execPath, options, { stdio: 'inherit' });
  process.exitCode = run.status ?? 70;
}

const isBundled = existsSync(bundle);
const ready = isBundled ? readyText() : undefined;
if (ready !== undefined) {
  print(ready);
} else {
  enableCompileCache();
  if (isBundled && isFresh(() => JSON.parse(readFileSync(join(home, 'dist/bundle/inputs.json'), 'utf8')))) await import('../dist/bundle/main.js');
  else await runSources();
}
