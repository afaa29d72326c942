import { stripVTControlCharacters } from 'node:util';
import { DestinoError } from '@destino/core/errors';

export type FailureOptions = { lines: readonly string[]; dockerfile: string; /** As people know it. */ file: string };

/** What a failed build says: the instruction, its line, and the last words before it failed. */
export function buildFailure({ lines, dockerfile, file }: FailureOptions): DestinoError {
  const instruction = failingInstruction(lines);
  const line = instruction === undefined ? undefined : lineOf(dockerfile, instruction);
  const place = line === undefined ? file : `${file}:${line}`;
  const words = lastWords(lines);
  const what = instruction === undefined ? 'the image could not be built' : `the image could not be built: ${instruction.slice(0, 200)}`;
  return new DestinoError('rejected', `${place}: ${what}${words === undefined ? '' : `: ${words}`}`, {
    hint: 'the build log has all of it; try it by hand: docker build .',
    scope: file,
    details: { ...(line !== undefined && { line }), ...(instruction !== undefined && { instruction }), log: lines.slice(-40) },
  });
}

/** The step that was under way: classic engines number them, BuildKit repeats the failed one. */
function failingInstruction(lines: readonly string[]): string | undefined {
  const failed = lines.findLast((line) => /ERROR \[.*\d+\/\d+\]/.test(line));
  if (failed !== undefined) return /\d+\/\d+\] (.*?):?$/.exec(failed)?.[1];
  const step = lines.findLast((line) => /^Step \d+\/\d+ : /.test(line));
  return step?.replace(/^Step \d+\/\d+ : /, '');
}

function lineOf(dockerfile: string, instruction: string): number | undefined {
  const flat = (text: string): string => text.replaceAll(/\\\s*$/g, '').replaceAll(/\s+/g, ' ').trim().toLowerCase();
  const wanted = flat(instruction);
  const index = dockerfile.split('\n').findIndex((line) => {
    const start = flat(line);
    return start.length > 3 && wanted.startsWith(start) && !start.startsWith('#');
  });
  return index < 0 ? undefined : index + 1;
}

function lastWords(lines: readonly string[]): string | undefined {
  const noise = /^(Step \d+|Removing intermediate|---> |DEPRECATED|The command |Sending build|-+$|>>>|ERROR: failed to)/;
  const said = lines.map((line) => stripVTControlCharacters(line).trim()).filter((line) => line !== '' && !noise.test(line));
  // What went to the two streams may arrive in either order: a line that names a fault tells more than the last one.
  return (said.findLast((line) => /error|not found|no such|cannot|failed|denied/i.test(line)) ?? said.at(-1))?.slice(0, 300);
}
