import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { listFiles, readPackages, repositoryRoot } from '@destino/repository';
import { isRing, type Ring, ringOf, rings } from './rings.ts';
import { startTestbed } from './testbed.ts';

/** `node tools/checks/src/run-ring.ts unit|real|truth|faults [vitest arguments]` */
const [ring = 'unit', ...vitestArguments] = process.argv.slice(2);
if (ring !== 'unit' && !isRing(ring)) throw new Error(`no ring '${ring}'; there are unit, ${Object.keys(rings).join(', ')}`);

const testFiles = readPackages().flatMap(({ path }) => listFiles(path)).filter((path) => path.endsWith('.test.ts'));
if (ring === 'truth' && vitestArguments.includes('--examples')) await answerExamples();
else await run(ring);
if (ring === 'unit' && vitestArguments.length === 0) printNotRun();

async function run(which: Ring | 'unit'): Promise<void> {
  const environment: NodeJS.ProcessEnv = { ...process.env, DESTINO_RING: which };
  if (which === 'truth') environment['DESTINO_TRUTH'] = truthFolder();
  // Ctrl-C reaches vitest as well; this process stays until it has ended, to tidy up behind it.
  process.on('SIGINT', () => undefined);
  const testbed = which === 'real' || which === 'faults' ? await startTestbed() : undefined;
  Object.assign(environment, testbed?.environment);
  try {
    process.exitCode = await runVitest(environment);
  } finally {
    await testbed?.stop();
  }
}

/** `npm run test:truth -- --examples DIR [--only REGEX]`: any folder of Azure's official examples instead of the suite. */
async function answerExamples(): Promise<void> {
  const main = join(repositoryRoot, 'packages/azure-emulator/test/examples/main.ts');
  const child = spawn(process.execPath, ['--conditions=@destino/source', main, ...vitestArguments], { cwd: process.env['INIT_CWD'] ?? process.cwd(), env: { ...process.env, DESTINO_TRUTH: truthFolder() }, stdio: 'inherit' });
  process.exitCode = await ended(child);
}

function truthFolder(): string {
  const folder = resolve(repositoryRoot, process.env['DESTINO_TRUTH'] ?? '../shared');
  if (existsSync(join(folder, 'azure-specs/MANIFEST.tsv'))) return folder;
  process.stderr.write(`test:truth needs the folder of real descriptions and files, and ${folder} is not it; name it: DESTINO_TRUTH=FOLDER npm run test:truth\n`);
  process.exit(1);
}

function runVitest(environment: NodeJS.ProcessEnv): Promise<number> {
  const vitest = join(repositoryRoot, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...vitestArguments], { cwd: repositoryRoot, env: environment, stdio: 'inherit' });
  return ended(child);
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}

function printNotRun(): void {
  for (const [name, { command, needs }] of Object.entries(rings)) {
    const files = testFiles.filter((path) => ringOf(path) === name).map((path) => relative(repositoryRoot, path));
    if (files.length > 0) process.stdout.write(`not run here: ${files.length} files that need ${needs}; run them by: ${command}\n`);
  }
}
