import { parseReference } from '../environment/asset-reference.ts';
import type { EnvironmentWish } from '../environment/plan.ts';
import type { DataFile, ModelFile } from '../schema/asset.ts';
import type { CommandComponentFile } from '../schema/component.ts';
import type { EnvironmentFile } from '../schema/environment.ts';
import { inOrder, isFine, problemAt, type FormatProblem } from '../text/problem.ts';
import { diskAccess, type Source } from './file-access.ts';
import { jobCommand } from './job-command.ts';
import { contentWish, wishOf } from './load-environment.ts';
import { loadKind } from './load-file.ts';
import type { ModelSource } from './load-online.ts';
import type { LoadOptions } from './load-options.ts';
import { localPath, type Surroundings } from './local-path.ts';

/** Reads an environment file, with the conda file and build folder it names. */
export async function loadEnvironmentFile(source: Source, options: LoadOptions = {}): Promise<{ environment: (EnvironmentFile & { wish: EnvironmentWish }) | undefined; problems: FormatProblem[] }> {
  const { value, file, places, problems } = await loadKind<'environment'>(source, 'environment', options);
  if (value === undefined || file === undefined) return { environment: undefined, problems };
  const wished = await contentWish({ file, places, files: options.files ?? diskAccess }, value, '');
  const all = inOrder([...problems, ...wished.problems]);
  return { environment: isFine(all) && wished.wish !== undefined ? { ...value, wish: wished.wish } : undefined, problems: all };
}

/** Reads a model file; its path must lead somewhere when it is of this machine. */
export async function loadModelFile(source: Source, options: LoadOptions = {}): Promise<{ model: (ModelFile & { source: ModelSource }) | undefined; problems: FormatProblem[] }> {
  const { value, file, places, problems } = await loadKind<'model'>(source, 'model', options);
  if (value === undefined || file === undefined) return { model: undefined, problems };
  const found = await modelPath({ file, places, files: options.files ?? diskAccess }, value, 'path');
  const all = inOrder([...problems, ...found.problems]);
  return { model: isFine(all) && found.model !== undefined ? { ...value, source: found.model } : undefined, problems: all };
}

/** Where the files of a model are. `field` is the one that holds the path: `path` in a model's own file. */
export async function modelPath(around: Surroundings, model: ModelFile, field: string): Promise<{ model: ModelSource | undefined; problems: FormatProblem[] }> {
  const { name, version, path, type = 'custom_model' } = model;
  const about = { type, ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
  if (path === undefined) {
    if (field !== 'path' && name !== undefined) return { model: { from: 'workspace', name, ...(version !== undefined && { version }) }, problems: [] };
    return { model: undefined, problems: [problemAt(around.file, around.places.get(field), { path: field, code: 'missing-field', message: 'a model needs the path of its files', hint: '--set path=PATH' })] };
  }
  const reference = parseReference(path);
  if (reference.form !== 'path') return { model: { from: 'uri', uri: path, ...about }, problems: [] };
  const found = await localPath(around, reference.path, field, 'either');
  return { model: found.kind === undefined ? undefined : { from: 'path', path: found.path, ...about }, problems: found.problems };
}

/** Reads a data file; its path must lead somewhere when it is of this machine. */
export async function loadDataFile(source: Source, options: LoadOptions = {}): Promise<{ data: (DataFile & { at: { path: string } | { uri: string } }) | undefined; problems: FormatProblem[] }> {
  const { value, file, places, problems } = await loadKind<'data'>(source, 'data', options);
  if (value === undefined || file === undefined) return { data: undefined, problems };
  const around: Surroundings = { file, places, files: options.files ?? diskAccess };
  if (value.path === undefined) {
    const missing = problemAt(file, undefined, { path: 'path', code: 'missing-field', message: 'a data asset needs the path of its files', hint: '--set path=PATH' });
    return { data: undefined, problems: [...problems, missing] };
  }
  const reference = parseReference(value.path);
  if (reference.form !== 'path') return { data: { ...value, at: { uri: value.path } }, problems };
  const wanted = value.type === 'uri_file' ? 'file' : value.type === undefined ? 'either' : 'folder';
  const found = await localPath(around, reference.path, 'path', wanted);
  const all = inOrder([...problems, ...found.problems]);
  return { data: isFine(all) ? { ...value, at: { path: found.path } } : undefined, problems: all };
}

/** Reads a command component: its folders, its environment, and the expressions of its command by what it declares. */
export async function loadComponentFile(source: Source, options: LoadOptions = {}): Promise<{ component: (CommandComponentFile & { wish: EnvironmentWish }) | undefined; problems: FormatProblem[] }> {
  const loaded = await loadKind<'command-component'>(source, 'component', options);
  const { value, file, tree, places } = loaded;
  if (value === undefined || file === undefined || tree === undefined) return { component: undefined, problems: loaded.problems };
  const around: Surroundings = { file, places, files: options.files ?? diskAccess };
  const environment = await wishOf(around, value.environment, 'environment');
  const paths = [
    ...(value.code !== undefined && parseReference(value.code).form === 'path' ? [await localPath(around, value.code, 'code', 'folder')] : []),
    ...(await Promise.all((value.additional_includes ?? []).map((path, index) => localPath(around, path, `additional_includes[${index}]`, 'either')))),
  ];
  const data = new Set(['string', 'number', 'integer', 'boolean']);
  const inputs = new Map(Object.entries(value.inputs ?? {}).map(([name, input]) => [name, data.has(input.type) ? { literal: input.default ?? 'x' } : ('data' as const)]));
  const command = jobCommand(around, tree, value.command, { inputs, outputs: new Set(Object.keys(value.outputs ?? {})) });
  const problems = inOrder([...loaded.problems, ...environment.problems, ...paths.flatMap((path) => path.problems), ...command.problems, ...defaultProblems(around, value)]);
  return { component: isFine(problems) && environment.wish !== undefined ? { ...value, wish: environment.wish } : undefined, problems };
}

/** A default outside of what the input allows would fail only when somebody leaves the input out. */
function defaultProblems(around: Surroundings, { inputs }: CommandComponentFile): FormatProblem[] {
  return Object.entries(inputs ?? {}).flatMap(([name, input]) => {
    const { default: value, enum: allowed, type } = input;
    const wrong =
      value === undefined ? undefined
      : allowed !== undefined && !allowed.includes(value) ? `is none of ${allowed.join(', ')}`
      : (type === 'integer' && !/^[-+]?\d+$/.test(value)) || (type === 'number' && Number.isNaN(Number(value))) ? `is no ${type}`
      : type === 'boolean' && !/^(true|false)$/i.test(value) ? 'is neither true nor false'
      : undefined;
    const path = `inputs.${name}.default`;
    return wrong === undefined ? [] : [problemAt(around.file, around.places.get(path), { path, code: 'not-allowed', message: `the default of "${name}", ${value}, ${wrong}` })];
  });
}
