import { z } from 'zod';

/** Any zod schema, of whichever copy of zod. */
export type AnySchema = z.core.$ZodType;
type Definition = z.core.$ZodTypes['_zod']['def'];

/** Text fields whose YAML booleans reach a command, in Python's spelling (`True`), as Azure passes them. */
export const readAs: z.core.$ZodRegistry<{ as: 'literal' }> = z.registry<{ as: 'literal' }>();

/** The definition, open to a `switch` over its `type`. */
export function definitionOf(schema: AnySchema): Definition {
  return (schema as z.core.$ZodTypes)._zod.def;
}

/** The schema inside wrappers such as `.optional()`, whether the field may be left out, and whether null is a value. */
export function unwrap(wrapped: AnySchema): { schema: AnySchema; optional: boolean; nullable: boolean } {
  let schema = wrapped;
  let optional = false;
  let nullable = false;
  for (;;) {
    const def = definitionOf(schema);
    if (def.type === 'pipe') schema = def.in;
    else if (def.type === 'readonly' || def.type === 'nonoptional') schema = def.innerType;
    else if (def.type === 'optional' || def.type === 'default' || def.type === 'prefault' || def.type === 'nullable') {
      schema = def.innerType;
      optional ||= def.type !== 'nullable';
      nullable ||= def.type === 'nullable';
    } else return { schema, optional, nullable };
  }
}

/** The kind of schema inside the wrappers: `string`, `object`, `union` … */
export function typeOf(schema: AnySchema): Definition['type'] {
  return definitionOf(unwrap(schema).schema).type;
}

/** The branch of a union that takes fields: the one whose discriminator agrees, else the first. */
export function objectBranch(schema: AnySchema, textOf: (field: string) => string | undefined): AnySchema | undefined {
  const def = definitionOf(schema);
  if (def.type !== 'union') return undefined;
  const candidates = def.options.map((option) => unwrap(option).schema);
  const flat = candidates.map((each) => (typeOf(each) === 'union' ? objectBranch(each, textOf) : each));
  const objects = flat.filter((each): each is AnySchema => each !== undefined && ['object', 'record'].includes(typeOf(each)));
  const discriminator = 'discriminator' in def ? String(def.discriminator) : undefined;
  const written = discriminator === undefined ? undefined : textOf(discriminator)?.toLowerCase();
  return objects.find((each) => written !== undefined && valuesOf(each, discriminator ?? '').includes(written)) ?? objects[0];
}

function valuesOf(schema: AnySchema, field: string): string[] {
  const def = definitionOf(schema);
  const inner = def.type === 'object' ? def.shape[field] : undefined;
  const leaf = inner === undefined ? undefined : definitionOf(unwrap(inner).schema);
  if (leaf?.type === 'literal') return leaf.values.map((each) => String(each).toLowerCase());
  return leaf?.type === 'enum' ? Object.values(leaf.entries).map((each) => String(each).toLowerCase()) : [];
}

/** What a field takes, in words: `text`, `a whole number`, `one of: a, b`. */
export function describeShape(wrapped: AnySchema): string {
  const def = definitionOf(unwrap(wrapped).schema);
  switch (def.type) {
    case 'string':
      return 'text';
    case 'number':
      return 'format' in def ? 'a whole number' : 'a number';
    case 'boolean':
      return 'true or false';
    case 'enum':
      return `one of: ${Object.values(def.entries).join(', ')}`;
    case 'literal':
      return def.values.length === 1 ? `"${String(def.values[0])}"` : `one of: ${def.values.join(', ')}`;
    case 'array':
      return 'a list';
    case 'object':
      return `fields (${Object.keys(def.shape).slice(0, 8).join(', ')})`;
    case 'record':
      return 'fields';
    case 'union':
      return [...new Set(def.options.map((option) => describeShape(option)))].join(' or ');
    default:
      return 'a value';
  }
}
