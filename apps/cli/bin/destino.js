#!/usr/bin/env node
// Plain JavaScript that old Nodes can read, too: one that is too old is told so instead of failing on a word.
const wanted = [22, 19];
const found = process.versions.node.split('.').map(Number);
const isOld = found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1]);

/** In a checkout npm brings a Node of its own, which can run what the one on the PATH may not. */
function ownNode(load) {
  try {
    return load.resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}

async function runElsewhere() {
  const { createRequire } = await import('node:module');
  const load = createRequire(import.meta.url);
  const node = ownNode(load);
  if (node === undefined || node === process.execPath) {
    process.stderr.write(`destino needs Node ${wanted.join('.')} or newer; this is Node ${process.versions.node}\n`);
    process.exitCode = 2;
    return;
  }
  const { spawnSync } = load('node:child_process');
  const { fileURLToPath } = load('node:url');
  const run = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = run.status === null ? 70 : run.status;
}

if (isOld) {
  void runElsewhere();
} else {
  import('./start.js').catch((error) => {
    process.stderr.write(`${error && error.stack ? error.stack : error}\n`);
    process.exitCode = 70;
  });
}
