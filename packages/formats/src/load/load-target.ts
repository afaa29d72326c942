import type { Json } from '@destino/core/model';
import type { z } from 'zod';
import type { FileKind } from '../schema/kind.ts';
import { isFine, problemAt, inOrder, type FormatProblem } from '../text/problem.ts';
import { didYouMean } from '../text/nearest.ts';
import type { SourceFile } from '../text/source-file.ts';
import { secretReferenceOf } from '../secret/secret-name.ts';
import { jsonOf, readValue } from '../yaml/read-value.ts';
import { scalarText, textScalar } from '../yaml/scalar.ts';
import type { Tree } from '../yaml/tree.ts';
import type { Step } from '../text/field-path.ts';
import type { Source } from './file-access.ts';
import { loadKind, type LoadedFile } from './load-file.ts';
import type { LoadOptions } from './load-options.ts';

/** A target as a file describes it: the driver's kind, and what the driver is to be given. */
export type TargetDescription = {
  /** From the file; may be absent when `--name` gives it. */
  name: string | undefined;
  kind: string;
  /** Of Azure's forms the fields but `$schema`, `name` and `type`; else what stands below `config:`. */
  config: Record<string, Json>;
  description?: string;
  tags: Record<string, string>;
  autoStart: boolean;
};

export type TargetOptions = LoadOptions & {
  /** The config schema of a driver's kind; config is read by it, from the source text. Undefined: an unknown kind. */
  configSchema?: (kind: string) => z.ZodType | undefined;
  /** Known kinds, for "did you mean". */
  kinds?: readonly string[];
};

export type LoadedTarget = { target: TargetDescription | undefined; loaded: LoadedFile; problems: FormatProblem[] };

/** Azure's `type:` and the driver that knows it. */
const driverOf: Partial<Record<FileKind, string>> = { amlcompute: 'amlcompute', computeinstance: 'compute-instance', virtualmachine: 'ssh', kubernetes: 'aks' };

/** Reads a target: one of Azure's four forms, or any driver's kind with `kind:` and `config:`. */
export async function loadTargetFile(source: Source, options: TargetOptions = {}): Promise<LoadedTarget> {
  const loaded = await loadKind(source, 'target', options);
  const { kind, value, file, tree } = loaded;
  if (value === undefined || kind === undefined || file === undefined || tree === undefined) return { target: undefined, loaded, problems: loaded.problems };
  const written = value as Record<string, unknown>;
  const read = kind === 'target' ? driverConfig(file, tree, String(written['kind']), [], options) : { config: azureConfig(written), problems: [] };
  const problems = inOrder([...loaded.problems, ...read.problems]);
  const target: TargetDescription = {
    name: text(written['name']),
    kind: driverOf[kind] ?? String(written['kind']),
    config: read.config,
    ...(typeof written['description'] === 'string' && { description: written['description'] }),
    tags: (written['tags'] ?? {}) as Record<string, string>,
    autoStart: written['auto_start'] === true,
  };
  return { target: isFine(problems) ? target : undefined, loaded, problems };
}

function azureConfig(written: Record<string, unknown>): Record<string, Json> {
  const { $schema: _schema, name: _name, type: _type, description: _description, tags: _tags, ...config } = written;
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, referencesIn(value)]));
}

/** `config:` read by the driver's own schema where it is known, so that its faults have their places too. */
export function driverConfig(file: SourceFile, tree: Tree, kind: string, at: readonly Step[], options: TargetOptions): { config: Record<string, Json>; problems: FormatProblem[] } {
  const inner = at.reduce<Tree | undefined>((each, step) => (each?.is === 'fields' ? each.fields.get(String(step))?.value : undefined), tree);
  const fields = inner?.is === 'fields' ? inner.fields : undefined;
  const problems: FormatProblem[] = [];
  if (options.kinds !== undefined && !options.kinds.includes(kind)) {
    problems.push(problemAt(file, fields?.get('kind')?.value.span, { path: [...at, 'kind'].join('.'), code: 'target-kind', message: `no driver knows the kind "${kind}"${didYouMean(kind, options.kinds)}`, hint: 'destino driver list, or destino plugin add PACKAGE' }));
  }
  const config: Tree = withReferences(fields?.get('config')?.value ?? { is: 'fields', fields: new Map(), span: inner?.span });
  const schema = options.configSchema?.(kind);
  if (schema === undefined) return { config: jsonOf(config) as Record<string, Json>, problems };
  const read = readValue(file, config, schema, [...at, 'config']);
  return { config: read.value as Record<string, Json>, problems: [...problems, ...read.problems] };
}

/** `${{secrets.NAME}}` as the reference that drivers take, `{ secret: NAME }`: config never holds the value. */
function withReferences(tree: Tree): Tree {
  if (tree.is === 'list') return { ...tree, items: tree.items.map(withReferences) };
  if (tree.is === 'fields') return { ...tree, fields: new Map([...tree.fields].map(([name, field]) => [name, { ...field, value: withReferences(field.value) }])) };
  const reference = secretReferenceOf(scalarText(tree.scalar));
  if (reference === undefined) return tree;
  const secret: Tree = { is: 'text', scalar: textScalar(reference.secret), span: tree.span };
  return { is: 'fields', fields: new Map([['secret', { value: secret, key: tree.span }]]), span: tree.span };
}

function referencesIn(value: unknown): Json {
  if (Array.isArray(value)) return value.map(referencesIn);
  if (typeof value === 'string') return secretReferenceOf(value) ?? value;
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, referencesIn(inner)]));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
