import { problemSchema } from '@destino/core/model';
import { z } from 'zod';
import { placeAt, type SourceFile } from './source-file.ts';

/** What becomes of a known field on one kind of target. */
export const fates = ['honoured', 'translated', 'noted', 'refused'] as const;
export type Fate = (typeof fates)[number];

/** A core problem with the file it stands in and, for what the fate table says, the fate. */
export const formatProblemSchema = problemSchema.extend({ file: z.string().optional(), fate: z.enum(fates).optional() });
export type FormatProblem = z.infer<typeof formatProblemSchema>;

/** Something that does not stop a run, but is printed, one line each. */
export const noteSchema = z.object({
  path: z.string(),
  fate: z.enum(['translated', 'noted']),
  message: z.string(),
  file: z.string().optional(),
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
});
export type Note = z.infer<typeof noteSchema>;

/** Offsets of what a problem points at: from, inclusive, to, exclusive. */
export type Span = readonly [from: number, to: number];

type Words = { path?: string; code: string; message: string; hint?: string | undefined; severity?: 'error' | 'warning'; fate?: Fate };

/** A problem at a place of a file; without a span (a value from the command line) only the file is named. */
export function problemAt(file: SourceFile, span: Span | undefined, words: Words): FormatProblem {
  const place = span === undefined ? undefined : placeAt(file, span[0], span[1] - span[0]);
  return problem({ ...words, file: file.path, ...place });
}

/** A problem that belongs to no place, such as a file that cannot be read. */
export function problem(words: Words & { file?: string; line?: number; column?: number; excerpt?: string }): FormatProblem {
  const { hint, path, severity, ...rest } = words;
  return { severity: severity ?? 'error', path: path ?? '', ...rest, ...(hint !== undefined && { hint }) };
}

/** True when nothing in the list stops a run. */
export function isFine(problems: readonly FormatProblem[]): boolean {
  return problems.every((each) => each.severity !== 'error');
}

const mostProblems = 100;

/** The first hundred, and one more that tells how many were left out: nobody reads thousands. */
export function atMost(file: SourceFile, problems: FormatProblem[]): FormatProblem[] {
  if (problems.length <= mostProblems) return problems;
  const message = `${problems.length - mostProblems} more problems of ${file.path} are not shown`;
  return [...problems.slice(0, mostProblems), problemAt(file, undefined, { code: 'more', message })];
}

/** By file, then place; what has no place comes first. */
export function inOrder(problems: readonly FormatProblem[]): FormatProblem[] {
  return [...problems].sort(
    (a, b) => (a.file ?? '').localeCompare(b.file ?? '') || lineOf(a) - lineOf(b) || (a.column ?? 0) - (b.column ?? 0),
  );
}

function lineOf({ line, code }: FormatProblem): number {
  return line ?? (code === 'more' ? Number.MAX_SAFE_INTEGER : 0);
}
