import { errorToData, isDestinoError } from '@destino/core/errors';
import type { Problem } from '@destino/core/model';
import { exitCodeOfError, exitCodes } from '../exit-code.ts';
import type { Console } from './console.ts';

type PlacedProblem = Problem & { file?: string | undefined };

/** Tells an error in three lines: what, why, what to do. Answers the exit code. */
export function printError(console: Console, thrown: unknown, debug: boolean): number {
  const data = errorToData(thrown);
  const code = isDestinoError(thrown) ? exitCodeOfError[thrown.code] : exitCodes.bug;
  if (console.json) {
    const { message, hint, retry, details } = data;
    console.object({ error: { code: data.code, message, ...(hint !== undefined && { hint }), retry, ...(details !== undefined && { details }) } });
  } else {
    for (const line of lines(console, thrown, data)) console.alert(line);
  }
  if (debug) console.alert(stackOf(thrown));
  return code;
}

function lines(console: Console, thrown: unknown, data: ReturnType<typeof errorToData>): string[] {
  const cross = console.style('red', '✖');
  const problems = problemsIn(data.details);
  if (problems.length > 1) return [...problems.flatMap((problem) => problemLines(console, problem)), `${cross} ${data.code}: ${problems.length} problems`];
  if (problems[0] !== undefined) return problemLines(console, problems[0]);
  const why = whyOf(thrown, data);
  return [`${cross} ${data.code}: ${data.message}`, ...(why === undefined ? [] : [`  why: ${why}`]), ...(data.hint === undefined ? [] : [`  do:  ${data.hint}`])];
}

function whyOf(thrown: unknown, data: ReturnType<typeof errorToData>): string | undefined {
  if (data.cause !== undefined) return data.cause.message;
  if (!isDestinoError(thrown)) return 'this is a fault in Destino itself; --debug shows where';
  return thrown.scope === undefined || data.message.includes(String(data.scope)) ? undefined : `it concerns ${data.scope}`;
}

function problemsIn(details: unknown): PlacedProblem[] {
  if (typeof details !== 'object' || details === null || !('problems' in details) || !Array.isArray(details.problems)) return [];
  return details.problems as PlacedProblem[];
}

/** A problem of a file: what and where, the line it is in, what to do. */
export function problemLines(console: Console, problem: PlacedProblem): string[] {
  const { severity, file, line, column, path, message, excerpt, hint } = problem;
  const place = file === undefined ? '' : `  ${file}${line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`}`;
  const mark = severity === 'error' ? console.style('red', '✖') : console.style('yellow', '!');
  const field = path === '' || message.startsWith(path) ? '' : `${path}: `;
  return [
    `${mark} ${field}${message}${place}`,
    ...(excerpt === undefined ? [] : excerpt.split('\n').map((text, index) => `${index === 0 ? '  why: ' : '       '}${text.trimEnd()}`)),
    ...(hint === undefined ? [] : [`  do:  ${hint}`]),
  ];
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const own = thrown.stack ?? thrown.message;
  return thrown.cause === undefined ? own : `${own}\ncaused by: ${stackOf(thrown.cause)}`;
}
