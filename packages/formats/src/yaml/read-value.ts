import type { z } from 'zod';
import { fieldPath, type Step } from '../text/field-path.ts';
import { looksSecret } from '../secret/secret-name.ts';
import { didYouMean } from '../text/nearest.ts';
import { problemAt, type FormatProblem, type Span } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import { booleanOf, coreValue, isNull, literalOf, numberOf, scalarText } from './scalar.ts';
import { definitionOf, describeShape, objectBranch, readAs, typeOf, unwrap, type AnySchema } from './schema-shape.ts';
import type { Tree } from './tree.ts';

/** Places of the fields that were read, by field path: the value's, and the key's where the value has none. */
export type Places = ReadonlyMap<string, Span | undefined>;

export type ReadValue = { value: unknown; problems: FormatProblem[]; places: Places };

/**
 * Reads a tree by a zod schema: each value is taken from its source text by the type that its field wants. All
 * faults are reported, then zod itself has the last word on what remains (ranges, patterns, refinements). `base` is
 * where the tree stands in its file.
 */
export function readValue(file: SourceFile, tree: Tree, schema: z.ZodType, base: readonly Step[] = []): ReadValue {
  const reader = new Reader(file);
  const value = reader.read(tree, schema, [...base]);
  const parsed = schema.safeParse(value);
  for (const issue of parsed.error?.issues ?? []) reader.addIssue({ ...issue, path: [...base, ...issue.path] });
  return { value: parsed.success ? parsed.data : value, problems: reader.problems, places: reader.places };
}

class Reader {
  readonly problems: FormatProblem[] = [];
  readonly places = new Map<string, Span | undefined>();
  private readonly file: SourceFile;
  private readonly faulty: string[] = [];

  constructor(file: SourceFile) {
    this.file = file;
  }

  read(tree: Tree, wrapped: AnySchema, path: Step[]): unknown {
    const { schema, nullable } = unwrap(wrapped);
    this.places.set(fieldPath(path), tree.span);
    if (nullable && tree.is === 'text' && isNull(tree.scalar)) return null;
    const def = definitionOf(schema);
    switch (def.type) {
      case 'union':
        return this.readUnion(tree, schema, path);
      case 'object':
      case 'record':
        if (tree.is === 'fields') return this.readFields(tree, schema, path);
        return this.mismatch(tree, schema, path);
      case 'array':
        if (tree.is === 'list') return tree.items.map((item, index) => this.read(item, def.element, [...path, index]));
        return this.mismatch(tree, schema, path);
      case 'lazy':
      case 'any':
      case 'unknown':
        return jsonOf(tree);
      default:
        return tree.is === 'text' ? this.readScalar(tree, schema, path) : this.mismatch(tree, schema, path);
    }
  }

  /** The branch is chosen by what stands there, so that its own fault is told and not one for every branch. */
  private readUnion(tree: Tree, schema: AnySchema, path: Step[]): unknown {
    const def = definitionOf(schema);
    const branches = def.type === 'union' ? def.options : [];
    if (tree.is === 'fields') {
      const branch = objectBranch(schema, (name) => {
        const field = tree.fields.get(name)?.value;
        return field?.is === 'text' ? scalarText(field.scalar) : undefined;
      });
      return branch === undefined ? this.mismatch(tree, schema, path) : this.read(tree, branch, path);
    }
    const fitting = branches.filter((branch) => (tree.is === 'list') === (typeOf(branch) === 'array') && !['object', 'record'].includes(typeOf(branch)));
    const scalar = tree.is === 'text' ? tree.scalar : undefined;
    const best = fitting.find((branch) => scalar !== undefined && fits(scalarText(scalar), branch)) ?? fitting[0];
    return best === undefined ? this.mismatch(tree, schema, path) : this.read(tree, best, path);
  }

  private readFields(tree: Tree & { is: 'fields' }, schema: AnySchema, path: Step[]): unknown {
    const value: Record<string, unknown> = {};
    const def = definitionOf(schema);
    for (const [name, field] of tree.fields) {
      const inner = [...path, name];
      const wanted = def.type === 'object' ? own(def.shape, name) : def.type === 'record' ? def.valueType : undefined;
      if (wanted === undefined) this.unknownField(name, field.key, inner, def.type === 'object' ? Object.keys(def.shape) : []);
      else if (!isAbsent(field.value, wanted)) define(value, name, this.read(field.value, wanted, inner));
      const key = fieldPath(inner);
      if (this.places.get(key) === undefined) this.places.set(key, field.key);
    }
    if (def.type === 'object') this.findMissing(tree, def.shape, path);
    return value;
  }

  private findMissing(tree: Tree & { is: 'fields' }, shape: Readonly<Record<string, AnySchema>>, path: Step[]): void {
    for (const [name, wanted] of Object.entries(shape)) {
      const field = tree.fields.get(name);
      if (unwrap(wanted).optional || (field !== undefined && !isAbsent(field.value, wanted))) continue;
      const what = describeShape(wanted);
      this.fault(field?.key ?? firstOf(tree.span), [...path, name], 'missing-field', `${fieldPath([...path, name])} is missing; it takes ${what}`);
    }
  }

  private unknownField(name: string, key: Span | undefined, path: Step[], known: readonly string[]): void {
    const where = path.length > 1 ? ` in ${fieldPath(path.slice(0, -1))}` : '';
    const message = `"${name}" is no known field${where}${didYouMean(name, known)}`;
    this.fault(key, path, 'unknown-field', message, known.length > 0 ? `known here: ${known.filter((each) => each !== '$schema').join(', ')}` : undefined);
  }

  private readScalar(tree: Tree & { is: 'text' }, schema: AnySchema, path: Step[]): unknown {
    const text = scalarText(tree.scalar);
    const def = definitionOf(schema);
    switch (def.type) {
      case 'string':
        return readAs.has(schema) ? literalOf(tree.scalar) : text;
      case 'number':
        return numberOf(text.trim()) ?? this.mismatch(tree, schema, path);
      case 'boolean':
        return booleanOf(text.trim(), true) ?? this.mismatch(tree, schema, path);
      case 'enum':
      case 'literal': {
        const allowed: readonly unknown[] = def.type === 'enum' ? Object.values(def.entries) : def.values;
        const found = allowed.find((each) => String(each).toLowerCase() === text.trim().toLowerCase());
        if (found !== undefined) return found;
        const hint = `one of: ${allowed.join(', ')}`;
        return this.fault(tree.span, path, 'not-allowed', `${fieldPath(path)} cannot be "${short(text)}"${didYouMean(text, allowed.map(String))}`, hint);
      }
      default:
        return text;
    }
  }

  private mismatch(tree: Tree, schema: AnySchema, path: Step[]): undefined {
    const found = tree.is === 'fields' ? 'fields' : tree.is === 'list' ? 'a list' : isNull(tree.scalar) ? 'nothing' : looksSecret(String(path.at(-1))) ? 'a text' : `"${short(scalarText(tree.scalar))}"`;
    return this.fault(tree.span, path, 'wrong-type', `${fieldPath(path) || 'the file'} takes ${describeShape(schema)}, not ${found}`);
  }

  /** What zod found beyond types; a field that is reported already is not reported again. */
  addIssue(issue: z.core.$ZodIssue): void {
    const steps = issue.path.filter((step): step is Step => typeof step !== 'symbol');
    const path = fieldPath(steps);
    const known = this.faulty.some((each) => each === path || each.startsWith(`${path}.`) || each.startsWith(`${path}[`) || path.startsWith(`${each}.`));
    if (known || (path === '' && this.faulty.length > 0)) return;
    let span: Span | undefined;
    for (let depth = steps.length; depth >= 0 && span === undefined; depth--) span = this.places.get(fieldPath(steps.slice(0, depth)));
    const message = path === '' ? issue.message : `${path}: ${issue.message}`;
    this.fault(steps.length === 0 ? firstOf(span) : span, steps, 'not-allowed', message);
  }

  private fault(span: Span | undefined, path: Step[], code: string, message: string, hint?: string): undefined {
    this.faulty.push(fieldPath(path));
    this.problems.push(problemAt(this.file, span, { path: fieldPath(path), code, message, hint }));
  }
}

/** Nothing written means absent, except where nothing is itself a value (an output's default, an empty text in a map). */
function isAbsent(tree: Tree, wanted: AnySchema): boolean {
  if (tree.is !== 'text' || !isNull(tree.scalar)) return false;
  const { schema, optional, nullable } = unwrap(wanted);
  if (nullable) return false;
  return optional || (typeOf(schema) !== 'string' && typeOf(schema) !== 'union');
}

function fits(text: string, branch: AnySchema): boolean {
  const type = typeOf(branch);
  if (type === 'number') return numberOf(text) !== undefined;
  if (type === 'boolean') return booleanOf(text, true) !== undefined;
  return type === 'string';
}

/** A tree by YAML's core schema, for places whose schema says nothing. */
export function jsonOf(tree: Tree): unknown {
  if (tree.is === 'text') return coreValue(tree.scalar);
  if (tree.is === 'list') return tree.items.map(jsonOf);
  const value: Record<string, unknown> = {};
  for (const [name, field] of tree.fields) define(value, name, jsonOf(field.value));
  return value;
}

/** `__proto__` as a field name is a field, not a prototype. */
function define(value: Record<string, unknown>, name: string, inner: unknown): void {
  Object.defineProperty(value, name, { value: inner, enumerable: true, writable: true, configurable: true });
}

function own<T>(shape: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(shape, name) ? shape[name] : undefined;
}

function firstOf(span: Span | undefined): Span | undefined {
  return span === undefined ? undefined : [span[0], span[0] + 1];
}

function short(text: string): string {
  const line = text.split('\n')[0] ?? '';
  return line.length > 60 || line !== text ? `${line.slice(0, 59)}…` : line;
}
