import type { CommandPart } from '@destino/core/model';
import { didYouMean } from '../text/nearest.ts';
import { escapeLiteral } from './escape.ts';
import { parseExpressions, type Fault, type Piece, type Reference } from './expression.ts';
import { ShellScanner, type Context } from './shell-scanner.ts';

/** What the expressions of a command may name. */
export type CommandScope = {
  /** By name: the text of a literal, `data` for what becomes a path, `absent` for an optional one without a value. */
  inputs: ReadonlyMap<string, { literal: string } | 'data' | 'absent'>;
  outputs: ReadonlySet<string>;
  /** Values of a sweep's trial. */
  searchSpace?: ReadonlyMap<string, string>;
};

export type RenderedCommand = { parts: CommandPart[]; faults: Fault[]; warnings: Fault[] };

/**
 * A command with its literals in place, escaped for where they stand, and its paths left as places that the driver
 * renders. A reference to nothing, or a value where none can be put safely, is a fault.
 */
export function renderCommand(command: string, scope: CommandScope): RenderedCommand {
  const { pieces, faults } = parseExpressions(command);
  const warnings: Fault[] = [];
  const kept = flatten(pieces, scope, warnings);
  const real = new Renderer(scope, false).render(kept);
  const plain = new Renderer(scope, true).render(kept);
  const moved = real.lines.findIndex((line, index) => line.quote !== plain.lines[index]?.quote);
  const culprit = real.lines[moved]?.after;
  if (real.faults.length === 0 && culprit !== undefined) real.faults.push(faultOf(culprit, 'its value ends what it stands in'));
  return { parts: real.parts, faults: [...faults, ...real.faults], warnings };
}

type Flat = Exclude<Piece, { optional: Piece[] }>;

/** Drops the optional parts whose input is absent. */
function flatten(pieces: Piece[], scope: CommandScope, warnings: Fault[]): Flat[] {
  return pieces.flatMap((piece): Flat[] => {
    if (!('optional' in piece)) return [piece];
    const inner = piece.optional.filter((each): each is Flat => !('optional' in each));
    const named = inner.flatMap((each) => ('reference' in each ? [each.reference] : []));
    if (named.length === 0) warnings.push({ at: piece.at, length: piece.raw.length, message: `${piece.raw} names no input`, hint: 'write $[[… ${{inputs.NAME}}]]' });
    return named.some((each) => each.names[0] === 'inputs' && scope.inputs.get(each.names.slice(1).join('.')) === 'absent') ? [] : inner;
  });
}

class Renderer {
  readonly parts: CommandPart[] = [];
  readonly faults: Fault[] = [];
  /** The quotes after each value and each line of the command's own text, to compare with a rendering of harmless values. */
  readonly lines: { quote: Context['quote']; after: Reference | undefined }[] = [];
  private latest: Reference | undefined;
  private readonly scanner = new ShellScanner();
  private readonly scope: CommandScope;
  private readonly standIns: boolean;

  constructor(scope: CommandScope, standIns: boolean) {
    this.scope = scope;
    this.standIns = standIns;
  }

  render(pieces: Flat[]): this {
    for (const [index, piece] of pieces.entries()) {
      if ('text' in piece) {
        for (const line of piece.text.split(/(?<=\n)/)) this.line(line);
      } else this.reference(piece.reference, textOf(pieces[index + 1]));
    }
    return this;
  }

  private line(text: string): void {
    this.text(text);
    this.note();
  }

  private note(): void {
    this.lines.push({ quote: this.scanner.context().quote, after: this.latest });
  }

  private text(text: string): void {
    this.scanner.feed(text);
    this.append(text);
  }

  private append(text: string): void {
    const last = this.parts.at(-1);
    if (typeof last === 'string') this.parts[this.parts.length - 1] = last + text;
    else if (text !== '') this.parts.push(text);
  }

  private reference(reference: Reference, next: string): void {
    const context = this.scanner.context();
    this.latest = reference;
    const value = this.valueOf(reference);
    if (value === undefined) return;
    if (context.trouble !== undefined) this.faults.push({ ...faultOf(reference, context.trouble), hint: 'put the value into quotes of its own, or into environment_variables' });
    else if (typeof value === 'string') {
      const { text, seenInside } = escapeLiteral(this.standIns ? 'x' : value, context, next);
      this.append(text);
      this.scanner.feed(seenInside, true);
      this.note();
    }
    else this.place(value, context);
  }

  private valueOf(reference: Reference): string | { input: string } | { output: string } | undefined {
    const [root, ...rest] = reference.names;
    const name = rest.join('.');
    if (root === 'inputs' && rest.length > 0) return this.input(reference, name);
    if (root === 'outputs' && rest.length > 0) {
      if (this.scope.outputs.has(name)) return { output: name };
      return this.unknown(reference, `the job has no output "${name}"${didYouMean(name, this.scope.outputs)}`, `outputs: { ${name}: }`);
    }
    if (root === 'search_space' && rest.length > 0) {
      return this.scope.searchSpace?.get(name) ?? this.unknown(reference, `${reference.raw} has a value only in a sweep`);
    }
    if (root === 'secrets') return this.unknown(reference, 'a secret cannot stand in a command, where others could read it', `environment_variables: { ${name || 'NAME'}: ${reference.raw} }`);
    if (root === 'parent') return this.unknown(reference, `${reference.raw} has a meaning only in a step of a pipeline`);
    return this.unknown(reference, `${reference.raw} names nothing`, 'write ${{inputs.NAME}} or ${{outputs.NAME}}');
  }

  private input(reference: Reference, name: string): string | { input: string } | undefined {
    const input = this.scope.inputs.get(name);
    if (input === undefined) return this.unknown(reference, `the job has no input "${name}"${didYouMean(name, this.scope.inputs.keys())}`, `inputs: { ${name}: VALUE }`);
    if (input === 'data') return { input: name };
    if (input === 'absent') return this.unknown(reference, `the input "${name}" has no value`, `--input ${name}=VALUE`);
    if (input.literal.includes('\0')) return this.unknown(reference, `the input "${name}" holds a NUL character, which no command can take`);
    return input.literal;
  }

  private unknown(reference: Reference, message: string, hint?: string): undefined {
    this.faults.push({ at: reference.at, length: reference.raw.length, message, hint });
  }

  /** A path: of the driver's making, so that it holds no line breaks; quoted whole by the driver. */
  private place(name: { input: string } | { output: string }, { quote, backticks }: Context): void {
    if (quote === 'comment') return;
    if (quote === 'ansi') {
      this.text("'");
      this.parts.push({ ...name, quote: 'bare' });
      this.text("$'");
    } else if (quote === 'bare' && backticks > 0) {
      this.text("'");
      this.parts.push({ ...name, quote: 'single' });
      this.text("'");
    } else {
      this.parts.push({ ...name, quote: quote === 'heredoc' || quote === 'heredoc-raw' ? 'double' : quote });
    }
    this.scanner.feed(quote === 'bare' ? 'x' : '');
  }
}

function faultOf(reference: Reference, why: string): Fault {
  return { at: reference.at, length: reference.raw.length, message: `${reference.raw} cannot be put here safely: ${why}` };
}

function textOf(piece: Flat | undefined): string {
  return piece !== undefined && 'text' in piece ? piece.text : '';
}
