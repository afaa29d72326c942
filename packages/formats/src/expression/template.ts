import { didYouMean } from '../text/nearest.ts';
import { problemAt, type FormatProblem } from '../text/problem.ts';
import { sourceFile, type SourceFile } from '../text/source-file.ts';

/** `{{NAME}}`, but not Azure's `${{…}}` and not a block that only looks alike, as Go's `{{.Name}}`. */
const hole = /(?<![${])\{\{[ \t]*([A-Za-z_][\w-]*)[ \t]*\}\}/g;

/**
 * Fills the `{{NAME}}` holes of a template before it is parsed. What no variable fills is one problem that lists them
 * all; a variable without a hole is a problem too. Lines that are comments are left alone. Values stand on one line,
 * so that later problems keep their line.
 */
export function fillTemplate(file: SourceFile, variables: Readonly<Record<string, string>>): { file: SourceFile; problems: FormatProblem[] } {
  const open = new Map<string, [number, number]>();
  const used = new Set<string>();
  const text = file.text.replace(hole, (whole: string, name: string, at: number) => {
    if (inComment(file.text, at)) return whole;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    used.add(name);
    if (value !== undefined && !/[\r\n]/.test(value)) return value;
    if (value === undefined && !open.has(name)) open.set(name, [at, at + whole.length]);
    return whole;
  });
  const problems = [...unfilled(file, open), ...wrongVariables(file, variables, used)];
  return { file: text === file.text ? file : sourceFile(file.path, text), problems };
}

function unfilled(file: SourceFile, open: ReadonlyMap<string, [number, number]>): FormatProblem[] {
  if (open.size === 0) return [];
  const names = [...open.keys()];
  const message = `this file is a template; not filled in: ${names.join(', ')}`;
  const hint = `give ${names.map((name) => `--var ${name}=VALUE`).join(' ')}`;
  return [problemAt(file, open.values().next().value, { code: 'template', message, hint })];
}

function wrongVariables(file: SourceFile, variables: Readonly<Record<string, string>>, used: ReadonlySet<string>): FormatProblem[] {
  const holes = new Set([...file.text.matchAll(hole)].map((match) => match[1] ?? ''));
  return Object.entries(variables).flatMap(([name, value]) => {
    if (/[\r\n]/.test(value)) return [problemAt(file, undefined, { code: 'variable', message: `--var ${name} holds a line break; a value stands on one line` })];
    if (used.has(name)) return [];
    return [problemAt(file, undefined, { code: 'variable', message: `--var ${name} fills nothing in ${file.path}${didYouMean(name, holes)}` })];
  });
}

function inComment(text: string, at: number): boolean {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return /^[ \t]*#/.test(text.slice(start, at));
}
