import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What is known of an installed plugin, beside its files. */
const installedSchema = z.strictObject({ name: z.string(), version: z.string(), integrity: z.string(), files: z.string() });
export type InstalledPlugin = z.infer<typeof installedSchema>;

const recordName = 'plugin.json';

/** The folder of one plugin; each has dependencies of its own. Without `%`, which Node would read as part of an address. */
export function pluginFolder(folder: string, name: string): string {
  return join(folder, name.replaceAll(/[^a-zA-Z0-9@._~-]/g, '+').replace(/^\.+/, '_'));
}

/** The package itself, as npm installed it. */
export function packageFolder(plugin: string, name: string): string {
  return join(plugin, 'node_modules', ...name.split('/'));
}

export function recordPath(plugin: string): string {
  return join(plugin, recordName);
}

/** What was recorded when it was installed; undefined where nothing is, or what is there is no record. */
export function readInstalled(plugin: string): InstalledPlugin | undefined {
  if (!existsSync(recordPath(plugin))) return undefined;
  const text = readFileSync(recordPath(plugin), 'utf8');
  return z.string().transform(parseJson).pipe(installedSchema).safeParse(text).data;
}

function parseJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: String(error) });
    return z.NEVER;
  }
}

/** One hash of the package's own files and of the versions that its dependencies are installed in. */
export function hashInstalled(plugin: string, name: string): string {
  const hash = createHash('sha256');
  const root = packageFolder(plugin, name);
  for (const path of filesBelow(root)) hash.update(`${path}\0`).update(contentOf(join(root, path))).update('\0');
  const lock = join(plugin, 'package-lock.json');
  if (existsSync(lock)) hash.update(readFileSync(lock));
  return hash.digest('hex');
}

function filesBelow(root: string, below = ''): string[] {
  const entries = readdirSync(join(root, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!entry.isDirectory()) return [path];
    return entry.name === 'node_modules' ? [] : filesBelow(root, path);
  });
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.from(`-> ${readlinkSync(path)}`); // a link that leads nowhere: its target is what it holds
  }
}
