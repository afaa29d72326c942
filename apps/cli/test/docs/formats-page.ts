import { fateTable, fileKinds, jsonSchema, targetKinds, type FateRow } from '@destino/runtime/files';

type Fields = Record<string, { description?: string; enum?: unknown[]; type?: unknown; anyOf?: unknown }>;

/** docs/formats.md, out of the schemas and the table of fates. */
export function formatsPage(): string {
  return [
    '# Files',
    '',
    'This page is made from the schemas and the table of fates by `npm run docs`.',
    '',
    'Files are Azure ML\'s CLI v2 YAML, read as they are; what is ours stands in `destino.yaml` or on the command line. An',
    'unknown field is an error with its place and the nearest known name, and all problems of a file are told at once.',
    'Versions, tags, variables and literals keep what is written (`1.10`, `01`, `1e-3`); enums ignore case. `destino schema',
    'KIND` prints a kind\'s JSON Schema, for editors.',
    '',
    '## Kinds and their fields',
    '',
    ...fileKinds.flatMap(kindSection),
    '## What becomes of each field',
    '',
    '`yes` honoured; `as` translated, and said; `note` without meaning there, and said; `no` refused, since dropping it',
    'would change the result or a protection. `destino check` tells each with its words.',
    '',
    ...Object.entries(fateTable).flatMap(([kind, rows]) => fateSection(kind, rows)),
  ].join('\n');
}

function kindSection(kind: (typeof fileKinds)[number]): string[] {
  const schema = jsonSchema(kind) as { description?: string; properties?: Fields; required?: string[] };
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => `| \`${name}\`${required.has(name) ? ' (required)' : ''} | ${cell(field.description ?? (field.enum === undefined ? '' : field.enum.map(String).join(', ')))} |`);
  return [`### ${kind}`, '', cell(schema.description ?? ''), '', '| field | meaning |', '|---|---|', ...rows, ''];
}

const words = { honoured: 'yes', translated: 'as', noted: 'note', refused: 'no' } as const;

function fateSection(kind: string, rows: readonly FateRow[]): string[] {
  const lines = rows.map(({ path, when, fates }) => `| ${path === '' ? 'the whole file' : `\`${path}\``}${when === undefined ? '' : ` ${cell(when.text)}`} | ${targetKinds.map((target) => words[fates[target].fate]).join(' | ')} |`);
  return [`### ${kind} on each kind of target`, '', `| field | ${targetKinds.join(' | ')} |`, `|---|${targetKinds.map(() => '---|').join('')}`, ...lines, ''];
}

/** A text in a table: on one line, with nothing that ends a cell. */
function cell(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
