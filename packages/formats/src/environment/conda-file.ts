import { z } from 'zod';
import { fieldPath } from '../text/field-path.ts';
import { inOrder, isFine, problemAt, type FormatProblem } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { readValue, type Places } from '../yaml/read-value.ts';
import { treeOf } from '../yaml/tree.ts';
import { pypiName } from './conda-names.ts';

const condaSchema = z.strictObject({
  name: z.string().optional(),
  channels: z.array(z.string()).optional(),
  dependencies: z.array(z.union([z.string(), z.strictObject({ pip: z.array(z.string()) })])),
  variables: z.record(z.string(), z.string()).optional(),
  prefix: z.string().optional(),
  platforms: z.array(z.string()).optional(),
});

/** A conda file as a virtual environment can take it: nothing of its list is left out unsaid. */
export type CondaPlan = {
  name?: string;
  /** What is said of Python, as pip writes versions: `==3.10.*`, `>=3.8,<3.11`. */
  python?: string;
  /** Requirements as pip takes them. */
  requirements: string[];
  /** Lines of the pip part that are options, as `--extra-index-url`. */
  options: string[];
  /** Packages that no package index has; each one is an error, with `--env-relaxed` a warning. */
  unavailable: FormatProblem[];
};

/** Reads a conda file. A fault of the file itself is a problem; a package that pip cannot have stands in the plan. */
export function readCondaFile(file: SourceFile): { plan: CondaPlan | undefined; problems: FormatProblem[] } {
  const { document, problems } = parseYaml(file);
  if (document === undefined) return { plan: undefined, problems };
  const { tree, problems: treeProblems } = treeOf(file, document);
  const read = readValue(file, tree, condaSchema);
  const all = inOrder([...treeProblems, ...read.problems]);
  if (!isFine(all)) return { plan: undefined, problems: all };
  const planned = planOf(file, read.value as z.infer<typeof condaSchema>, read.places);
  return { plan: planned.plan, problems: [...all, ...planned.problems] };
}

/** The same for a conda file that stands inline in another file; `file` and `path` say where. */
export function condaFromValue(file: SourceFile, value: unknown, places: Places, path: string): { plan: CondaPlan | undefined; problems: FormatProblem[] } {
  const parsed = condaSchema.safeParse(value);
  if (parsed.success) return planOf(file, parsed.data, places, path);
  const message = `${path} is no conda file: ${parsed.error.issues[0]?.message ?? ''}`;
  return { plan: undefined, problems: [problemAt(file, places.get(path), { path, code: 'conda', message })] };
}

function planOf(file: SourceFile, conda: z.infer<typeof condaSchema>, places: Places, prefix = ''): { plan: CondaPlan; problems: FormatProblem[] } {
  const plan: CondaPlan = { ...(conda.name !== undefined && { name: conda.name }), requirements: [], options: [], unavailable: [] };
  const problems: FormatProblem[] = [];
  conda.dependencies.forEach((dependency, index) => {
    const path = `${prefix}${prefix === '' ? '' : '.'}${fieldPath(['dependencies', index])}`;
    const at = (words: { code: string; message: string; hint?: string }): FormatProblem => problemAt(file, places.get(path), { path, ...words });
    if (typeof dependency !== 'string') {
      for (const line of dependency.pip.map((each) => each.trim())) (line.startsWith('-') ? plan.options : plan.requirements).push(line);
      return;
    }
    const wanted = parseDependency(dependency);
    if (wanted === undefined) problems.push(at({ code: 'conda', message: `"${dependency}" is no dependency that conda knows` }));
    else if (wanted.name === 'python') plan.python = wanted.version;
    else if (wanted.name !== 'pip' || wanted.version !== '') addPackage(plan, wanted, at);
  });
  return { plan, problems };
}

function addPackage(plan: CondaPlan, { name, version }: Dependency, at: (words: { code: string; message: string; hint: string }) => FormatProblem): void {
  const own = pypiName(name);
  if (own !== undefined) plan.requirements.push(`${own}${version}`);
  else plan.unavailable.push(at({ code: 'package-unavailable', message: `"${name}" is no Python package; a virtual environment cannot hold it`, hint: 'run it where Docker or conda is, or accept that it is missing: --env-relaxed' }));
}

type Dependency = { name: string; version: string };

/**
 * A conda match specification as name and pip version: `numpy=2.3.1` is any 2.3.1, `pkg==1`, `pkg>=1,<2` and
 * `pkg 1.2.*` are what they say, a channel before and a build behind are left out.
 */
export function parseDependency(text: string): Dependency | undefined {
  const match = /^(?:[\w.-]+::)?([A-Za-z0-9_][\w.-]*)(?:\[[^\]]*\])?\s*(.*)$/.exec(text.trim());
  const [name, rest] = [match?.[1], (match?.[2] ?? '').trim()];
  if (name === undefined) return undefined;
  const version = pipVersion(rest);
  return version === undefined ? undefined : { name: name.toLowerCase() === 'python' || name.toLowerCase() === 'pip' ? name.toLowerCase() : name, version };
}

function pipVersion(rest: string): string | undefined {
  if (rest === '' || rest === '*') return '';
  const fuzzy = /^(?:=|\s)?\s*([\w.!+]+?)(\.\*|\*)?(?:=[\w.*]+)?$/.exec(rest.replace(/^=(?!=)/, ''));
  if (fuzzy !== null && !rest.startsWith('==')) return `==${fuzzy[1]}.*`;
  const parts = rest.split(',').map((part) => part.trim());
  if (parts.every((part) => /^(==|!=|>=|<=|>|<|~=)\s*[\w.*!+]+$/.test(part))) return parts.map((part) => part.replaceAll(/\s/g, '')).join(',');
  return undefined;
}
