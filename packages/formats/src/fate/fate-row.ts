import type { Fate } from '../text/problem.ts';

/** The kinds of targets that the table speaks of; a plugin's kind is judged by its own driver alone. */
export const targetKinds = ['local', 'ssh', 'compute-instance', 'amlcompute', 'aci', 'aks', 'iot-edge'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** What becomes of a field, in words that stand alone, and for a refusal what to do. */
export type FieldFate = { fate: Fate; words?: string; hint?: string };

/** A row applies to values for which its condition holds; `text` is for readers. */
export type Condition = { text: string; holds: (value: unknown) => boolean };

/**
 * One known field (`*` stands for any name or index; a row covers what is below it) and its fate on each kind of
 * target. Of several rows of one field the first counts whose condition holds.
 */
export type FateRow = { path: string; when?: Condition; fates: Readonly<Record<TargetKind, FieldFate>> };

export const honoured: FieldFate = { fate: 'honoured' };
export const translated = (words: string): FieldFate => ({ fate: 'translated', words });
export const noted = (words: string): FieldFate => ({ fate: 'noted', words });
export const refused = (words: string, hint?: string): FieldFate => ({ fate: 'refused', words, ...(hint !== undefined && { hint }) });

type Exceptions = Partial<Record<TargetKind, FieldFate>>;

/** A row with the fate of most kinds, and of those that differ. */
export function row(path: string, most: FieldFate, exceptions: Exceptions = {}, when?: Condition): FateRow {
  const fates = Object.fromEntries(targetKinds.map((kind) => [kind, exceptions[kind] ?? most])) as Record<TargetKind, FieldFate>;
  return { path, fates, ...(when !== undefined && { when }) };
}

/** Rows of fields that are honoured everywhere. */
export const allHonoured = (...paths: string[]): FateRow[] => paths.map((path) => row(path, honoured));

export const above = (limit: number): Condition => ({ text: `> ${limit}`, holds: (value) => typeof value === 'number' && value > limit });
export const is = (...values: unknown[]): Condition => ({ text: values.join(' or '), holds: (value) => values.includes(value) });
export const matches = (text: string, pattern: RegExp): Condition => ({ text, holds: (value) => typeof value === 'string' && pattern.test(value) });
