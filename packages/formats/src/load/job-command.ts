import type { SecretReference } from '@destino/core/model';
import type { Fault } from '../expression/expression.ts';
import { parseExpressions } from '../expression/expression.ts';
import { renderCommand, type CommandScope, type RenderedCommand } from '../expression/render-command.ts';
import { secretReferenceOf } from '../secret/secret-name.ts';
import { fieldPath } from '../text/field-path.ts';
import { didYouMean } from '../text/nearest.ts';
import { problemAt, type FormatProblem, type Span } from '../text/problem.ts';
import type { Tree } from '../yaml/tree.ts';
import type { Surroundings } from './local-path.ts';

/** The command with its literals in place; every fault of an expression stands at that expression. */
export function jobCommand(around: Surroundings, tree: Tree, command: string, scope: CommandScope): { parts: RenderedCommand['parts']; problems: FormatProblem[] } {
  const { parts, faults, warnings } = renderCommand(command, scope);
  const span = around.places.get('command');
  const asProblem = (severity: 'error' | 'warning') => (fault: Fault): FormatProblem =>
    problemAt(around.file, within(around, span, command, fault), { severity, path: 'command', code: 'expression', message: fault.message, hint: fault.hint });
  // Each is looked for in the text, so that a command with thousands of faults must not cost their square.
  const problems = [...faults.slice(0, mostFaults).map(asProblem('error')), ...warnings.slice(0, mostFaults).map(asProblem('warning'))];
  return { parts, problems: [...problems, ...foldedLines(around, tree)] };
}

const mostFaults = 50;

/** Where a piece of a value stands in the file: the same text, counted from the start of the value. */
function within({ file }: Surroundings, span: Span | undefined, value: string, fault: Fault): Span | undefined {
  if (span === undefined) return undefined;
  const raw = value.slice(fault.at, fault.at + fault.length);
  const before = value.slice(0, fault.at).split(raw).length - 1;
  let at = span[0] - 1;
  for (let count = 0; count <= before; count++) {
    const next = file.text.indexOf(raw, at + 1);
    if (next === -1 || next >= span[1]) return span;
    at = next;
  }
  return [at, at + raw.length];
}

const programs = /^(?:python3?|pip3?|Rscript|bash|sh|source|cd|export|echo|mkdir|cp|mv|rm|ls|conda|torchrun|papermill|mvn|java|node|npm)\s/;

/** `>-` makes one line of all; a line in it that begins like a command of its own then is an argument of the first. */
function foldedLines({ file }: Surroundings, tree: Tree): FormatProblem[] {
  const value = tree.is === 'fields' ? tree.fields.get('command')?.value : undefined;
  if (value?.is !== 'text' || value.scalar.type !== 'BLOCK_FOLDED' || value.span === undefined) return [];
  let at = value.span[0];
  let before: string | undefined;
  for (const line of file.text.slice(...value.span).split('\n')) {
    const text = line.trim();
    if (before !== undefined && before !== '' && programs.test(`${text} `) && !/(?:[;&|\\({]|\bdo|\bthen|\belse)$/.test(before) && !before.startsWith('>')) {
      const start = at + line.indexOf(text);
      return [problemAt(file, [start, start + text.length], { severity: 'warning', path: 'command', code: 'folded-command', message: 'this line is an argument of the line above: > makes one line of all', hint: 'use command: | for one command a line, or && between them' })];
    }
    before = text;
    at += line.length + 1;
  }
  return [];
}

/** Variables of the job, those that are secrets apart. */
export function jobVariables(around: Surroundings, written: Readonly<Record<string, string>>, known: ReadonlySet<string> | undefined): { variables: Record<string, string>; secrets: Record<string, SecretReference>; problems: FormatProblem[] } {
  const result: { variables: Record<string, string>; secrets: Record<string, SecretReference>; problems: FormatProblem[] } = { variables: {}, secrets: {}, problems: [] };
  for (const [name, value] of Object.entries(written)) {
    const path = fieldPath(['environment_variables', name]);
    const refuse = (code: string, message: string, hint: string): void => void result.problems.push(problemAt(around.file, around.places.get(path), { path, code, message, hint }));
    const secret = secretReferenceOf(value);
    const inside = parseExpressions(value).pieces.find((piece) => 'reference' in piece);
    if (!/^[A-Za-z_][\w.-]*$/.test(name)) refuse('variable-name', `"${name}" cannot be the name of a variable`, 'use letters, digits and _');
    if (secret === undefined && inside !== undefined && 'reference' in inside) {
      if (inside.reference.names[0] === 'secrets') refuse('expression', `${inside.reference.raw} must be the whole value of a variable`, 'give the secret a variable of its own, and put the two together in the command');
      else refuse('expression', `${inside.reference.raw} is not filled in here; only secrets are`, 'use it in the command');
      continue;
    }
    if (value.includes('\0')) refuse('variable-value', `the value of ${name} holds a NUL character, which no variable can`, 'remove it');
    if (secret === undefined) result.variables[name] = value;
    else {
      result.secrets[name] = secret;
      if (known !== undefined && !known.has(secret.secret)) refuse('secret-missing', `the workspace has no secret "${secret.secret}"${didYouMean(secret.secret, known)}`, `destino secret set ${secret.secret}`);
    }
  }
  return result;
}
