import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseDocument } from 'yaml';
import { DestinoError } from '@destino/core/errors';
import type { PluginEntry } from './plugin-state.ts';

/** Writes what a file says of its plugins; everything else in it, comments too, stays as it is. */
export function writePlugins(file: string, entries: readonly PluginEntry[]): void {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new DestinoError('config-invalid', `${file} is no YAML: ${document.errors[0]?.message ?? ''}`, { scope: file, hint: `see where: destino check ${file}` });
  const written = entries.map(({ name, version, integrity, path }) => ({ name, ...(version !== undefined && { version }), ...(integrity !== undefined && { integrity }), ...(path !== undefined && { path }) }));
  if (written.length === 0) document.delete('plugins');
  else document.set('plugins', document.createNode(written));
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o644;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, document.toString({ lineWidth: 0 }), { mode });
  renameSync(`${file}.${process.pid}`, file);
}
