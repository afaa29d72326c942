import { fatesOf, fateTable, isTargetKind, type KindWithFates } from '../fate/fate-table.ts';
import { describeInstanceType, parseInstanceType } from '../resource/instance-type.ts';
import type { FileKind } from '../schema/kind.ts';
import { fieldPath } from '../text/field-path.ts';
import { inOrder, problemAt, type FormatProblem, type Note } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { Places } from '../yaml/read-value.ts';

export type Checked = { problems: FormatProblem[]; notes: Note[] };

/**
 * What one kind of target makes of a file: refusals as problems, translations and what means nothing there as notes.
 * Kinds of plugins have no column in the table; their driver's own `check` judges.
 */
export function checkFates(read: { kind: FileKind; value: unknown; file: SourceFile; places: Places }, target: string): Checked {
  const { kind, value, file, places } = read;
  if (!isTargetKind(target) || !Object.hasOwn(fateTable, kind)) return { problems: [], notes: [] };
  const problems: FormatProblem[] = [];
  const notes: Note[] = [];
  const found = fatesOf(kind as KindWithFates, value, target);
  // Where the whole file is refused, its fields are beside the point.
  const whole = found.filter(({ path, fate }) => path.length === 0 && fate.fate === 'refused');
  for (const { path: steps, fate } of whole.length > 0 ? whole : found) {
    const path = fieldPath(steps);
    if (fate.fate === 'honoured') continue;
    const words = { path, code: `fate-${fate.fate}`, message: wordsOf(path, fate.words ?? '', value), hint: fate.hint, fate: fate.fate };
    const told = problemAt(file, path === '' ? undefined : places.get(path), words);
    if (fate.fate === 'refused') problems.push(told);
    else notes.push({ path, fate: fate.fate, message: told.message, file: file.path, ...(told.line !== undefined && { line: told.line, column: told.column }) });
  }
  return { problems: inOrder(problems), notes };
}

function wordsOf(path: string, words: string, value: unknown): string {
  const size = path.endsWith('instance_type') && /VM size/.test(words) ? sizeIn(value, path) : '';
  return `${path === '' ? '' : `${path}: `}${words}${size}`;
}

function sizeIn(value: unknown, path: string): string {
  const written = path.split('.').reduce<unknown>((inner, step) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[step] : undefined), value);
  const type = parseInstanceType(String(written));
  return 'problem' in type ? '' : `: ${describeInstanceType(type)}`;
}
