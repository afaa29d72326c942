import { jobRequestSchema } from '@destino/core';
import type { Destino } from '@destino/runtime';
import { findJob } from '../find-job.ts';
import { textArgument } from '../given.ts';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

type Difference = { path: string; first: unknown; second: unknown };

/** What two jobs asked for differently, and how they ended. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const [first, second] = [await findJob(destino, textArgument(given, 'first')), await findJob(destino, textArgument(given, 'second'))];
  const differences = [
    ...compare(await requestOf(destino, first.id), await requestOf(destino, second.id), ''),
    ...compare({ state: first.state, exitCode: first.exitCode, target: first.target }, { state: second.state, exitCode: second.exitCode, target: second.target }, 'result'),
  ];
  if (console.json) console.object({ schemaVersion: 1, first: first.name, second: second.name, differences });
  else if (differences.length === 0) console.line(`${first.name} and ${second.name} are alike`);
  else console.line(table(['FIELD', first.name, second.name], differences.map(({ path, first: a, second: b }) => [path, text(a), text(b)])));
};

/** Without what names the job or repeats the file. */
async function requestOf(destino: Destino, id: string): Promise<unknown> {
  const record = await destino.store.record(id);
  const { spec, ...rest } = jobRequestSchema.parse(record?.spec);
  if (spec === undefined) return rest;
  const { name: _name, source: _source, tags, ...own } = spec;
  const { 'destino.retry-of': _retry, ...ownTags } = tags;
  return { ...rest, ...own, tags: ownTags };
}

function compare(first: unknown, second: unknown, path: string): Difference[] {
  if (JSON.stringify(first) === JSON.stringify(second)) return [];
  if (!isFields(first) || !isFields(second)) return [{ path, first, second }];
  return [...new Set([...Object.keys(first), ...Object.keys(second)])].sort().flatMap((name) => compare(first[name], second[name], path === '' ? name : `${path}.${name}`));
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
}
