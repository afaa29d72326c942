import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export type Json = Record<string, unknown>;

/** What one official example asks and, for one status, what it expects. */
export type ExampleExchange = {
  /** The example file as found, and the operation with the status: what `--only` is matched against. */
  file: string;
  operationId: string;
  status: number;
  method: string;
  /** With its query. */
  url: string;
  pathParameters: Readonly<Record<string, string>>;
  body: unknown;
  expected: { headers: Readonly<Record<string, string>>; body: unknown };
  /** The answers of the other statuses: they tell what the resource looks like. */
  siblings: Readonly<Record<string, { body?: unknown }>>;
};

type Parameter = { name: string; in: string; $ref?: string; schema?: Json; 'x-ms-client-name'?: string; 'x-ms-skip-url-encoding'?: boolean };
type Operation = { operationId: string; parameters?: Parameter[]; 'x-ms-examples'?: Record<string, { $ref: string }> };
type Description = { swagger?: string; info: { version: string }; paths?: Record<string, Record<string, Operation>>; 'x-ms-paths'?: Record<string, Record<string, Operation>> };
type Example = { parameters?: Json; responses?: Record<string, { headers?: Record<string, string>; body?: unknown }> };

/** Every exchange of the examples below `examples` that a description below `descriptions` refers to. */
export function readExamples(descriptions: string, examples: string): ExampleExchange[] {
  const byTail = new Map(jsonFiles(examples).map((file) => [tailOf(file), file]));
  const found: ExampleExchange[] = [];
  for (const file of jsonFiles(descriptions)) {
    if (/\/(examples|common-types)\//.test(file)) continue;
    const description = readJson(file) as Description;
    if (description.swagger !== '2.0') continue;
    for (const [path, item] of Object.entries({ ...description.paths, ...description['x-ms-paths'] })) {
      for (const [method, operation] of Object.entries(item)) {
        const shared = Array.isArray(item['parameters']) ? (item['parameters'] as unknown as Parameter[]) : [];
        const parameters = [...shared, ...(operation.parameters ?? [])].map((each) => resolved(each, file));
        for (const { $ref } of Object.values(operation['x-ms-examples'] ?? {})) {
          const example = byTail.get(tailOf(resolve(dirname(file), $ref)));
          if (example !== undefined) found.push(...exchangesOf({ path, method, operation, parameters, example, version: description.info.version }));
        }
      }
    }
  }
  return found.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.status - b.status));
}

type Found = { path: string; method: string; operation: Operation; parameters: Parameter[]; example: string; version: string };

function exchangesOf({ path, method, operation, parameters, example, version }: Found): ExampleExchange[] {
  const { parameters: values = {}, responses = {} } = readJson(example) as Example;
  const valueOf = (each: Parameter): unknown => values[each.name] ?? (each['x-ms-client-name'] === undefined ? undefined : values[each['x-ms-client-name']]);
  const pathParameters: Record<string, string> = {};
  const query = new URLSearchParams();
  let url = path;
  let body: unknown;
  for (const each of parameters) {
    const value = each.name === 'api-version' ? version : valueOf(each);
    if (value === undefined) continue;
    if (each.in === 'body') body = value;
    else if (each.in === 'query') query.set(each.name, String(value));
    else if (each.in === 'path') {
      pathParameters[each.name] = String(value);
      url = url.replace(`{${each.name}}`, each['x-ms-skip-url-encoding'] === true ? String(value) : encodeURIComponent(String(value)));
    }
  }
  // Some examples write a property of the body beside it, as `zones` of container groups.
  const known = new Set(parameters.flatMap(({ name, 'x-ms-client-name': client }) => [name, client ?? name]));
  const stray = Object.entries(values).filter(([name]) => !known.has(name) && name !== 'api-version');
  if (typeof body === 'object' && body !== null && stray.length > 0) body = { ...Object.fromEntries(stray), ...body };
  return Object.entries(responses).map(([status, { headers = {}, body: wanted }]) => ({
    file: example, operationId: operation.operationId, status: Number(status), method: method.toUpperCase(), url: `${url}?${query.toString()}`, pathParameters, body,
    expected: { headers, body: wanted }, siblings: responses,
  }));
}

function resolved(parameter: Parameter, file: string): Parameter {
  if (parameter.$ref === undefined) return parameter;
  const [other = '', pointer = ''] = parameter.$ref.split('#');
  const target = other === '' ? file : resolve(dirname(file), other);
  if (!existsSync(target)) return { name: '', in: '' };
  const found = pointer.split('/').slice(1).reduce<unknown>((at, key) => (at as Json)[key], readJson(target));
  return resolved(found as Parameter, target);
}

const read = new Map<string, unknown>();
function readJson(file: string): unknown {
  if (!read.has(file)) read.set(file, JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')));
  return read.get(file);
}

/** `Microsoft.X/stable/2023-05-01/examples/A.json`: what stays the same wherever the folder lies. */
function tailOf(file: string): string {
  const parts = file.split('/');
  const version = parts.findLastIndex((each) => /^v?\d[\d.-]*(-preview)?$/.test(each));
  return parts.slice(Math.max(0, version - 2)).join('/').toLowerCase();
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name));
}
