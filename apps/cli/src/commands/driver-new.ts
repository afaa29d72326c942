import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DestinoError } from '@destino/core/errors';
import { textArgument } from '../given.ts';
import { loadNewDriver } from '../load-testkit.ts';
import type { Run } from '../table/command.ts';

/** Writes a driver's package that works as it stands, into a folder that is empty or new. */
export const run: Run = async ({ console }, given) => {
  const kind = textArgument(given, 'kind') ?? '';
  const { driverFiles } = await loadNewDriver();
  const made = driverFiles({ kind, place: 'outside' });
  const written = textArgument(given, 'folder') ?? made.package;
  const folder = resolve(written);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new DestinoError('conflict', `the folder ${written} is not empty`, { hint: `name another: destino driver new ${kind} FOLDER` });
  const files = new Map([...made.files, [`docs/${kind}.md`, made.page]]);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { flag: 'wx' });
  }
  if (console.json) console.object({ schemaVersion: 1, kind, package: made.package, folder, files: [...files.keys()].sort() });
  else {
    console.line(`wrote ${files.size} files of ${made.package}`);
    console.note(`next: cd ${written} && npm install && npm test`);
  }
};
