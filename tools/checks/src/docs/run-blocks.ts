import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@destino/repository';
import type { MarkedBlock } from './pages.ts';

const execute = promisify(execFile);

/** Runs an action in a new folder that sees this repository's installed packages, and removes the folder. */
async function inFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'destino-docs-'));
  try {
    await symlink(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'), 'dir');
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Type-checks all blocks in one program against our sources. Gives all that the compiler says, each with the block's place. */
export async function typeCheck(blocks: readonly MarkedBlock[]): Promise<string[]> {
  if (blocks.length === 0) return [];
  return inFolder(async (folder) => {
    await Promise.all(blocks.map((block, index) => writeFile(join(folder, `block-${index}.ts`), `${block.text}export {};\n`)));
    const compilerOptions = { composite: false, declaration: false, declarationMap: false, noEmit: true, rewriteRelativeImportExtensions: false, allowImportingTsExtensions: true, noUnusedLocals: false };
    const files = blocks.map((_, index) => `block-${index}.ts`);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(repositoryRoot, 'tsconfig.base.json'), compilerOptions, files }));
    const output = await outputOf(process.execPath, [join(repositoryRoot, 'node_modules/typescript/bin/tsc'), '--pretty', 'false', '-p', folder], folder);
    const lines = output.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => line.replace(/^.*?block-(\d+)\.ts\((\d+),\d+\)/, (_, index: string, row: string) => placeOf(blocks[Number(index)], Number(row))));
  });
}

function placeOf(block: MarkedBlock | undefined, row: number): string {
  const [file = '', line = '0'] = (block?.place ?? '').split(':');
  return `${file}:${Number(line) + row}`;
}

/** Runs a TypeScript block by Node against our sources, in an empty folder. Rejects with what it printed when it fails. */
export async function runTypeScript(block: MarkedBlock): Promise<void> {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'block.ts'), block.text);
    await runOrExplain(block, process.execPath, ['--conditions=@destino/source', 'block.ts'], folder);
  });
}

/** Runs a shell block in an empty folder with an empty home; it stops at the first command that fails. */
export async function runShell(block: MarkedBlock): Promise<void> {
  await inFolder(async (folder) => {
    await mkdir(join(folder, 'home'));
    await runOrExplain(block, 'sh', ['-eu', '-c', block.text], folder);
  });
}

async function runOrExplain(block: MarkedBlock, command: string, args: readonly string[], folder: string): Promise<void> {
  await execute(command, args, { cwd: folder, env: environment(folder), timeout: 60_000 }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout?: unknown; stderr?: unknown };
    throw new Error(`${block.place} fails:\n${String(stdout)}${String(stderr)}`, { cause: error });
  });
}

function environment(folder: string): NodeJS.ProcessEnv {
  const home = join(folder, 'home');
  const path = [join(repositoryRoot, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  return { ...process.env, PATH: path, HOME: home, XDG_STATE_HOME: join(home, 'state'), XDG_CONFIG_HOME: join(home, 'config') };
}

async function outputOf(command: string, args: readonly string[], folder: string): Promise<string> {
  try {
    return (await execute(command, args, { cwd: folder })).stdout;
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}
