/**
 * What a submission of an unchanged folder of 10,000 files costs, beside `git status` of the same tree.
 * Usage: node --conditions=@destino/source tools/bench/snapshot.ts [--runs N] [--files N] [--json]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createFolderBlobStore } from '@destino/core/blob';
import { snapshotFolder } from '@destino/core/snapshot';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '21' }, files: { type: 'string', default: '10000' }, json: { type: 'boolean', default: false } } });
const [runs, files] = [Number(values.runs), Number(values.files)];
const bar = 2;

const root = mkdtempSync(path.join(os.tmpdir(), 'destino-bench-snapshot-'));
const code = path.join(root, 'code');
const options = { blobs: createFolderBlobStore(path.join(root, 'blobs')), cacheFile: path.join(root, 'cache'), limits: { maxFiles: Infinity, maxBytes: Infinity } };

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid', ...args], { cwd: code, stdio: 'ignore' });
}

function makeTree(): void {
  for (let index = 0; index < files; index += 1) {
    const folder = path.join(code, `package${index % 20}`, `module${index % 500}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `file${index}.py`), `# ${index}\n`.repeat(20 + (index % 300)));
  }
  writeFileSync(path.join(code, '.gitignore'), '__pycache__/\n*.pyc\n/outputs\n.venv/\n');
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'all');
  git('status');
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

/** One snapshot in a process of its own, timed inside it: nothing is warm but the file system. */
function coldMs(): number {
  const script = `import { createFolderBlobStore } from '@destino/core/blob'; import { snapshotFolder } from '@destino/core/snapshot';
    const start = performance.now(); await snapshotFolder(${JSON.stringify(code)}, { blobs: createFolderBlobStore(${JSON.stringify(path.join(root, 'blobs'))}), cacheFile: ${JSON.stringify(options.cacheFile)}, limits: { maxFiles: Infinity, maxBytes: Infinity } });
    console.log(performance.now() - start);`;
  return Number(execFileSync(process.execPath, ['--conditions=@destino/source', '--no-warnings', '--input-type=module', '-e', script], { encoding: 'utf8', cwd: import.meta.dirname }));
}

try {
  makeTree();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const firstMs = await timed(() => snapshotFolder(code, options));
  const unchanged = await snapshotFolder(code, options);
  if (unchanged.stats.hashed !== 0) throw new Error(`an unchanged folder had ${unchanged.stats.hashed} files read again`);
  const [ours, cold, theirs, start]: number[][] = [[], [], [], []];
  for (let run = 0; run < runs; run += 1) {
    theirs?.push(await timed(() => git('status', '--porcelain')));
    ours?.push(await timed(() => snapshotFolder(code, options)));
    if (run % 3 === 0) cold?.push(coldMs());
    start?.push(await timed(() => git('--version')));
  }
  const result = { files, firstMs, unchangedMs: median(ours ?? []), coldProcessMs: median(cold ?? []), gitStatusMs: median(theirs ?? []), gitStartMs: median(start ?? []) };
  const ratio = result.unchangedMs / result.gitStatusMs;
  if (values.json) console.log(JSON.stringify({ ...result, ratio, bar }));
  else {
    console.log(`snapshot of ${files} files: first ${firstMs.toFixed(0)} ms; unchanged ${result.unchangedMs.toFixed(1)} ms (in a new process ${result.coldProcessMs.toFixed(1)} ms)`);
    console.log(`git status ${result.gitStatusMs.toFixed(1)} ms, of which starting git ${result.gitStartMs.toFixed(1)} ms`);
    console.log(`ratio ${ratio.toFixed(2)} (in a new process ${(result.coldProcessMs / result.gitStatusMs).toFixed(2)}); bar ${bar}`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
