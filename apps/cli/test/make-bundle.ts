import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Makes the bundle once for all test files, unless it is as new as its sources. */
export async function setup(): Promise<void> {
  if (isFresh()) return;
  await promisify(execFile)(process.execPath, ['--conditions=@destino/source', at('../bundle.config.mjs')], { cwd: at('..') });
}

function isFresh(): boolean {
  const bundle = statSync(at('../dist/bundle/inputs.json'), { throwIfNoEntry: false });
  if (bundle === undefined) return false;
  const inputs = JSON.parse(readFileSync(at('../dist/bundle/inputs.json'), 'utf8')) as string[];
  return inputs.every((input) => (statSync(at(`../${input}`), { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY) <= bundle.mtimeMs);
}
