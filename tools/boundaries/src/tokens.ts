/** One token of a source text. Comments and white space are dropped. */
export type Token = {
  readonly kind: 'word' | 'string' | 'punctuation';
  /** The word, the punctuation mark, or the text between a string's quotes. */
  readonly text: string;
  readonly line: number;
};

const blank = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const word = /[\p{ID_Start}$_#][\p{ID_Continue}$]*|\d[\w.]*/uy;
const quoted = /'((?:[^'\\\n]|\\[\s\S])*)'|"((?:[^"\\\n]|\\[\s\S])*)"/y;
const regularExpression = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const templatePart = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;

/** A slash after one of these words starts a regular expression, after any other it divides. */
const beforeExpression = new Set(['return', 'typeof', 'case', 'in', 'of', 'void', 'delete', 'throw', 'await', 'yield', 'else', 'do']);

/** Splits TypeScript into just enough tokens to find imports and globals: no parser, so no dependency. */
export function readTokens(source: string): Token[] {
  return new TokenReader(source).readAll();
}

class TokenReader {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  /** For each open `${` of a template: how many plain braces are open inside it. */
  readonly #templates: number[] = [];
  #position = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  readAll(): Token[] {
    while (this.#position < this.#source.length) {
      if (this.#take(blank) !== null) continue;
      const line = this.#line;
      const name = this.#take(word);
      const text = name === null ? this.#take(quoted) : null;
      if (name !== null) this.#push('word', name[0], line);
      else if (text !== null) this.#push('string', text[1] ?? text[2] ?? '', line);
      else if (this.#mayStartExpression() && this.#take(regularExpression) !== null) this.#push('string', '', line);
      else this.#readPunctuation();
    }
    return this.#tokens;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#source);
    if (match === null) return null;
    this.#position += match[0].length;
    this.#line += match[0].split('\n').length - 1;
    return match;
  }

  #push(kind: Token['kind'], text: string, line: number): void {
    this.#tokens.push({ kind, text, line });
  }

  #readPunctuation(): void {
    const mark = this.#source[this.#position] ?? '';
    this.#position += 1;
    const last = this.#templates.length - 1;
    const depth = this.#templates[last];
    if (mark === '`') return this.#readTemplate();
    if (depth !== undefined && mark === '}' && depth === 0) {
      this.#templates.pop();
      return this.#readTemplate();
    }
    if (depth !== undefined && mark === '{') this.#templates[last] = depth + 1;
    if (depth !== undefined && mark === '}') this.#templates[last] = depth - 1;
    this.#push('punctuation', mark, this.#line);
  }

  /** Reads a template's text up to its end or to its next `${`. */
  #readTemplate(): void {
    const line = this.#line;
    this.#push('string', this.#take(templatePart)?.[0] ?? '', line);
    if (!this.#source.startsWith('${', this.#position)) {
      this.#position += 1;
      return;
    }
    this.#templates.push(0);
    this.#position += 2;
    this.#push('punctuation', '${', this.#line);
  }

  #mayStartExpression(): boolean {
    const previous = this.#tokens.at(-1);
    if (previous === undefined) return true;
    if (previous.kind === 'word') return beforeExpression.has(previous.text);
    return previous.kind === 'punctuation' && ![')', ']', '}'].includes(previous.text);
  }
}
