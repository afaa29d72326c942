import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { WorkspacePackage } from '@destino/repository';

const run = promisify(execFile);

/** A stranger's environment: without what tells a module that it runs in a test runner, for then it waits for one. */
const strangersEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'TEST' && name !== 'NODE_ENV'));

function execute(file: string, argumentsGiven: readonly string[], options: { cwd: string; maxBuffer?: number }): Promise<{ stdout: string; stderr: string }> {
  return run(file, argumentsGiven, { ...options, env: strangersEnvironment });
}

/** Every import that a package offers to others: its name, and its name with each part. */
export function entryPoints({ name, manifest }: WorkspacePackage): string[] {
  const { exports } = manifest;
  if (typeof exports !== 'object') return exports === undefined ? [] : [name];
  const parts = Object.keys(exports).filter((part) => !part.includes('*') && !part.endsWith('.json'));
  return parts.map((part) => name + part.slice(1));
}

/** Imports each entry point in a Node of its own project and gives what each of them exports. */
export async function importAll(project: string, specifiers: readonly string[]): Promise<Record<string, string[]>> {
  const script = join(project, 'import-all.mjs');
  await writeFile(script, `
const found = {};
for (const specifier of ${JSON.stringify(specifiers)}) found[specifier] = Object.keys(await import(specifier));
process.stdout.write(JSON.stringify(found));
`);
  const { stdout } = await execute(process.execPath, [script], { cwd: project, maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Record<string, string[]>;
}

/** Type-checks a file that imports every entry point, without our source condition: as a stranger's compiler would. */
export async function typeCheckAll(project: string, specifiers: readonly string[], compiler: string): Promise<void> {
  const lines = specifiers.map((specifier, index) => `import * as entry${index} from '${specifier}';\nexport { entry${index} };`);
  await writeFile(join(project, 'consumer.ts'), lines.join('\n'));
  const compilerOptions = { target: 'es2024', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true, types: [] };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  await execute(process.execPath, [compiler, '--pretty', 'false', '-p', project], { cwd: project }).catch((error: unknown) => {
    throw new Error(`the declarations of a packed package do not hold:\n${String((error as { stdout?: unknown }).stdout)}`, { cause: error });
  });
}

/** Runs each command that a package installs, with `--help`, from outside the repository. Gives what each printed. */
export async function runCommands(project: string, { name, manifest }: WorkspacePackage): Promise<Record<string, string>> {
  const { bin = {} } = manifest;
  const commands = typeof bin === 'string' ? { [name]: bin } : bin;
  const printed: Record<string, string> = {};
  for (const [command, file] of Object.entries(commands)) {
    const { stdout } = await execute(process.execPath, [join(project, 'node_modules', name, file), '--help'], { cwd: project });
    printed[command] = stdout;
  }
  return printed;
}
