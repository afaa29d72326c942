import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Our own packages are read from their sources, so that the generator works in a fresh clone, before any build. */
function fromSource(script, words) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return JSON.parse(execFileSync(process.execPath, ['--conditions=@destino/source', path, ...words], { encoding: 'utf8', maxBuffer: 1 << 26 }));
}

/** `nx g @destino/nx-plugin:driver NAME`. Plain JavaScript: nx would want a compiler for anything else. */
export function driverGenerator(tree, { name, skipInstall = false }) {
  const folder = `packages/driver-${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} is there already; remove it, or take another name`);
  const { files, page } = fromSource('./print-files.ts', [name]);
  for (const [path, text] of Object.entries(files)) tree.write(`${folder}/${path}`, text);
  tree.write(`docs/targets/${name}.md`, page);
  tree.write('tsconfig.json', withReference(tree.read('tsconfig.json', 'utf8'), folder));
  return () => {
    const { count } = fromSource('./count-checks.ts', [join(tree.root, folder)]);
    appendFileSync(join(tree.root, '.ci/conformance-checks.txt'), `${folder}/test/conformance.test.ts ${count}\n`);
    if (!skipInstall) execFileSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: tree.root, stdio: 'inherit' });
    console.log(`${folder} is written: build, lint and tests pass; replace src/client.ts by your platform. docs/write-a-driver.md leads on.`);
  };
}

function withReference(text, folder) {
  return text.replace('  "references": [\n', `  "references": [\n    { "path": "${folder}" },\n`);
}
