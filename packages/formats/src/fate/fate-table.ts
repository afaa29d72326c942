import type { FileKind } from '../schema/kind.ts';
import type { Step } from '../text/field-path.ts';
import { amlComputeFates, computeInstanceFates, kubernetesFates, virtualMachineFates } from './compute-fates.ts';
import { targetKinds, type FateRow, type FieldFate, type TargetKind } from './fate-row.ts';
import { commandJobFates, componentFates } from './job-fates.ts';
import { deploymentFates, endpointFates } from './online-fates.ts';

/** Kinds of files whose fields mean something to a target, with their rows; the source of `check`, docs and capabilities. */
export const fateTable = {
  'command-job': commandJobFates,
  'command-component': componentFates,
  'online-endpoint': endpointFates,
  'online-deployment': deploymentFates,
  amlcompute: amlComputeFates,
  computeinstance: computeInstanceFates,
  virtualmachine: virtualMachineFates,
  kubernetes: kubernetesFates,
} as const satisfies Partial<Record<FileKind, readonly FateRow[]>>;
export type KindWithFates = keyof typeof fateTable;

/** Whether a kind of target is one of ours; others are judged by their driver. */
export function isTargetKind(kind: string): kind is TargetKind {
  return (targetKinds as readonly string[]).includes(kind);
}

/** A field that stands in a file, and what becomes of it. */
export type FoundFate = { path: Step[]; row: FateRow; fate: FieldFate };

/** The fate of every field that `value` holds, on one kind of target. Of each field the first row that holds counts. */
export function fatesOf(kind: KindWithFates, value: unknown, target: TargetKind): FoundFate[] {
  const rows: readonly FateRow[] = fateTable[kind];
  const seen = new Set<string>();
  return rows.flatMap((row) =>
    expand(value, row.path === '' ? [] : row.path.split('.'), []).flatMap(({ path, found }): FoundFate[] => {
      const name = JSON.stringify(path);
      if (seen.has(name) || (row.when !== undefined && !row.when.holds(found))) return [];
      seen.add(name);
      return [{ path, row, fate: row.fates[target] }];
    }),
  );
}

/** The places of a value that a pattern names. */
function expand(value: unknown, pattern: readonly string[], path: Step[]): { path: Step[]; found: unknown }[] {
  const [step, ...rest] = pattern;
  if (value === undefined || value === null) return [];
  if (step === undefined) return [{ path, found: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => (step === '*' ? expand(item, rest, [...path, index]) : []));
  if (typeof value !== 'object') return [];
  const entries = Object.entries(value).filter(([name]) => step === '*' || name === step);
  return entries.flatMap(([name, inner]) => expand(inner, rest, [...path, name]));
}
