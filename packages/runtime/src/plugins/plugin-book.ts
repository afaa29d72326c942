import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DestinoError } from '@destino/core/errors';
import { chooseWorkspace, type WorkspaceChoice } from '../workspace/find-workspace.ts';
import { stateRoot, type Variables } from '../workspace/places.ts';
import { readPluginEntries, readWorkspaceName } from '../workspace/settings.ts';
import { installPlugin, isInstalledAs, type PluginOrigin } from './install-plugin.ts';
import { pluginFolder } from './installed-plugin.ts';
import { pluginSources } from './plugin-sources.ts';
import type { PluginEntry, PluginSource } from './plugin-state.ts';
import { TrustBook } from './trust-book.ts';
import { writePlugins } from './write-plugins.ts';

export type PluginScope = PluginSource['scope'];
type Parts = { sources: readonly PluginSource[]; trust: TrustBook; variables: Variables; folder: string };

/** What the files here say of plugins, and the ways to change it. Opens no store and runs no engine. */
export class PluginBook {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The names, with who names them. */
  entries(scope: PluginScope): readonly PluginEntry[] {
    return this.#parts.sources.find((source) => source.scope === scope)?.entries ?? [];
  }

  /**
   * Installs a plugin and records its name, version and integrity. `spec` is a tarball, a folder, or what npm takes.
   * @throws `forbidden` when this user has not trusted what the file names already, what `installPlugin` throws.
   */
  async add(spec: string, scope: PluginScope): Promise<PluginEntry> {
    const source = this.#source(scope);
    this.#requireTrust(source);
    const entry = await installPlugin({ origin: this.#origin(spec), ...this.#place(source) });
    const entries = [...source.entries.filter(({ name }) => name !== entry.name), entry];
    writePlugins(source.file, entries);
    if (scope === 'workspace') this.#parts.trust.give(source.file, entries);
    return entry;
  }

  /** Installs what is named and not here as it was recorded. Answers what it installed. */
  async addMissing(scope: PluginScope): Promise<PluginEntry[]> {
    const source = this.#source(scope);
    this.#requireTrust(source);
    const missing = source.entries.filter((entry) => !isInstalledAs(source.folder, entry));
    for (const entry of missing) {
      const { name, version, path } = entry;
      const origin = path === undefined ? { from: 'registry' as const, spec: version === undefined ? name : `${name}@${version}` } : originOf(resolve(dirname(source.file), path), path);
      await installPlugin({ origin, ...this.#place(source), recorded: entry });
    }
    return missing;
  }

  /** @throws `not-found` when the file does not name it. */
  remove(name: string, scope: PluginScope): void {
    const source = this.#source(scope);
    const rest = source.entries.filter((entry) => entry.name !== name);
    if (rest.length === source.entries.length) throw new DestinoError('not-found', `${source.file} names no plugin '${name}'`, { scope: name, hint: 'see which there are: destino plugin list' });
    const trusted = scope === 'workspace' && this.#parts.trust.trusts(source.file, source.entries);
    writePlugins(source.file, rest);
    if (trusted) this.#parts.trust.give(source.file, rest);
    rmSync(pluginFolder(source.folder, name), { recursive: true, force: true, maxRetries: 3 });
  }

  /** What `trust` would mean: the file and what it names. @throws `not-found` without a `destino.yaml`. */
  named(): { file: string; entries: readonly PluginEntry[]; trusted: boolean } {
    const { file, entries } = this.#source('workspace');
    return { file, entries, trusted: this.#parts.trust.trusts(file, entries) };
  }

  /** Lets the code run that `destino.yaml` names now. */
  trust(): void {
    const { file, entries } = this.#source('workspace');
    this.#parts.trust.give(file, entries);
  }

  /** Answers whether there was trust to take back. */
  revoke(): boolean {
    return this.#parts.trust.revoke(this.#source('workspace').file);
  }

  #source(scope: PluginScope): PluginSource {
    const source = this.#parts.sources.find((each) => each.scope === scope);
    if (source === undefined) throw new DestinoError('not-found', 'there is no destino.yaml here or above that could name plugins', { hint: 'make one: destino init; or add it for yourself everywhere: destino plugin add --user' });
    return source;
  }

  #requireTrust({ scope, file, entries }: PluginSource): void {
    if (scope === 'user' || entries.length === 0 || this.#parts.trust.trusts(file, entries)) return;
    throw new DestinoError('forbidden', `${file} names plugins that you have not trusted: ${entries.map(({ name }) => name).join(', ')}`, { scope: file, hint: 'look at them, then: destino trust' });
  }

  #place({ folder, file }: PluginSource): { folder: string; file: string; variables: Variables } {
    return { folder, file, variables: this.#parts.variables };
  }

  #origin(spec: string): PluginOrigin {
    const path = resolve(this.#parts.folder, spec);
    const isPath = /^[./~]|^[a-zA-Z]:[\\/]|\.tgz$|\.tar\.gz$/.test(spec);
    return isPath || existsSync(path) ? originOf(path, spec) : { from: 'registry', spec };
  }
}

function originOf(path: string, written: string): PluginOrigin {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new DestinoError('not-found', `there is no ${written}`, { scope: written, hint: 'give the path of a tarball or a folder, or the name of a package' });
  return { from: stats.isDirectory() ? 'folder' : 'tarball', path };
}

export type PluginBookOptions = { workspace?: string | undefined; folder?: string; stateFolder?: string; variables?: Variables };

/** Opens what is known of plugins in the workspace that is meant, as `createDestino` would choose it. */
export async function openPluginBook(options: PluginBookOptions = {}): Promise<PluginBook> {
  const variables = options.variables ?? process.env;
  const folder = options.folder ?? process.cwd();
  const root = options.stateFolder ?? stateRoot(variables);
  const workspace: WorkspaceChoice = await chooseWorkspace({ choice: options.workspace ?? variables['DESTINO_WORKSPACE'], folder, readName: readWorkspaceName });
  const sources = await pluginSources({ root, workspace, variables, read: readPluginEntries });
  return new PluginBook({ sources, trust: new TrustBook(root), variables, folder });
}
