import { existsSync } from 'node:fs';
import { loadWorkspaceFile, type FormatProblem, type TargetDescription, type WorkspaceFile, type WorkspaceSubstitute } from '@destino/formats';
import type { AnyDriver } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { PluginEntry } from '../plugins/plugin-state.ts';
import type { Variables } from './places.ts';

/** A value and where it comes from, for `destino config list --origin`. */
export type Setting<T> = { value: T; origin: string };

/** What holds in a workspace, after `DESTINO_*` variables, `destino.yaml`, the user's file and the defaults. */
export type Settings = {
  defaultTarget: Setting<string>;
  /** Names that stand for targets, in order of preference. */
  aliases: Record<string, Setting<string[]>>;
  /** What stands in for environments, by the name that files use. */
  environments: Record<string, Setting<WorkspaceSubstitute>>;
  /** Targets that `destino.yaml` describes. */
  targets: Record<string, TargetDescription>;
};

export type SettingsSources = {
  workspaceFile: string | undefined;
  userFile: string;
  variables: Variables;
  drivers: readonly AnyDriver[];
  /** Some plugins were not loaded: a kind that nobody knows may be one of theirs, and is no fault of the file. */
  incomplete?: boolean;
};

/** @throws `config-invalid` with every problem of the files that were read, in `details`. */
export async function loadSettings({ workspaceFile, userFile, variables, drivers, incomplete = false }: SettingsSources): Promise<Settings> {
  const settings: Settings = { defaultTarget: { value: 'local', origin: 'default' }, aliases: {}, environments: {}, targets: {} };
  for (const file of [existsSync(userFile) ? userFile : undefined, workspaceFile]) {
    if (file !== undefined) await addFile(settings, file, drivers, incomplete);
  }
  const chosen = variables['DESTINO_TARGET'];
  if (chosen !== undefined && chosen !== '') settings.defaultTarget = { value: chosen, origin: 'DESTINO_TARGET' };
  return settings;
}

async function addFile(settings: Settings, file: string, drivers: readonly AnyDriver[], incomplete: boolean): Promise<void> {
  const schemas = new Map(drivers.map((driver) => [driver.kind, driver.configSchema]));
  const { value, targets, problems } = await loadWorkspaceFile(file, { configSchema: (kind) => schemas.get(kind), ...(!incomplete && { kinds: [...schemas.keys()] }) });
  if (value === undefined) throw fileRefused(file, problems);
  if (value.default_target !== undefined) settings.defaultTarget = { value: value.default_target, origin: file };
  for (const [name, names] of Object.entries(value.aliases ?? {})) settings.aliases[name] = { value: typeof names === 'string' ? [names] : names, origin: file };
  for (const [name, substitute] of Object.entries(value.environments ?? {})) settings.environments[name] = { value: substitute, origin: file };
  Object.assign(settings.targets, targets);
}

/** All problems of a file as one error; the CLI shows each with its place. */
export function fileRefused(file: string, problems: readonly FormatProblem[]): DestinoError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const place = first?.line === undefined ? '' : `:${first.line}${first.column === undefined ? '' : `:${first.column}`}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new DestinoError('config-invalid', `${first?.file ?? file}${place}: ${first?.message ?? 'it cannot be read'}${more}`, {
    scope: file,
    hint: first?.hint ?? `see all: destino check ${file}`,
    details: { problems: problems.map((problem) => ({ ...problem })) },
  });
}

/** A workspace file as it is written. @throws `config-invalid` when it cannot be read. */
async function readWorkspaceFile(file: string): Promise<WorkspaceFile> {
  const { value, problems } = await loadWorkspaceFile(file);
  if (value === undefined) throw fileRefused(file, problems);
  return value;
}

/** The `name:` of a workspace file. @throws `config-invalid` when the file cannot be read. */
export async function readWorkspaceName(file: string): Promise<string | undefined> {
  return (await readWorkspaceFile(file)).name;
}

/** The `plugins:` of a workspace file. @throws `config-invalid` when the file cannot be read. */
export async function readPluginEntries(file: string): Promise<readonly PluginEntry[]> {
  return (await readWorkspaceFile(file)).plugins ?? [];
}

/** Names of targets with their aliases resolved, each once, in order. */
export function resolveTargets(names: readonly string[], aliases: Settings['aliases']): string[] {
  return [...new Set(names.flatMap((name) => (Object.hasOwn(aliases, name) ? (aliases[name]?.value ?? []) : [name])))];
}
