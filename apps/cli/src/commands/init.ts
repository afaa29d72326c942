import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DestinoError } from '@destino/core/errors';
import { exampleFiles } from '../example-files.ts';
import { textOption } from '../given.ts';
import type { Run } from '../table/command.ts';

/** Writes a destino.yaml here and, if asked, an example to run. Overwrites nothing: what is there is an error before the first write. */
export const run: Run = async ({ console }, given) => {
  const folder = process.cwd();
  const example = textOption(given, 'example');
  const files = example === undefined ? new Map([['destino.yaml', workspaceText(basename(folder))]]) : await exampleFiles(example);
  const there = [...files.keys()].filter((name) => existsSync(join(folder, name)));
  if (there.length > 0) throw new DestinoError('conflict', `${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} here already`, { hint: 'make an empty folder: mkdir demo && cd demo' });
  for (const [name, content] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content, { flag: 'wx' });
  }
  if (console.json) {
    console.object({ schemaVersion: 1, folder, files: [...files.keys()] });
    return;
  }
  console.line(`wrote ${[...files.keys()].join(', ')}`);
  console.note(example === undefined ? 'next: destino run -- COMMAND' : 'next: destino run job.yml');
};

function workspaceText(folder: string): string {
  const name = folder.replaceAll(/[^a-zA-Z0-9._-]/g, '-').replace(/^[^a-zA-Z0-9]+/, '').slice(0, 63);
  return `# What the users of this workspace share. Every field: destino schema workspace\n${name === '' ? '' : `name: ${JSON.stringify(name)}\n`}default_target: local\n`;
}
