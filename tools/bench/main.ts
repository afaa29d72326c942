/**
 * Runs every bench beside this file in a process of its own, one after the other: they measure time, so nothing else
 * should run. Usage: npm run bench [-- NAME…], as in `npm run bench -- engine snapshot`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;
const all = readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'main.ts').map((file) => path.basename(file, '.ts')).sort();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`there is no bench ${unknown.join(', ')}; there are ${all.join(', ')}`);

for (const name of asked.length > 0 ? asked : all) {
  console.log(`== ${name}`);
  const { status } = spawnSync(process.execPath, ['--no-warnings', '--conditions=@destino/source', path.join(folder, `${name}.ts`)], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`bench ${name} failed (${status})`);
    process.exitCode = 1;
  }
}
