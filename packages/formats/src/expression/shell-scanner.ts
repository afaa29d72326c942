/**
 * Follows shell text and tells in which quoting context its end stands, as far as that decides how a value must be
 * escaped. It knows quotes, $'…', $(…), ${…}, backticks, comments, here-documents and arithmetic; it is no parser.
 */
export type Context = {
  quote: 'bare' | 'single' | 'double' | 'ansi' | 'comment' | 'heredoc' | 'heredoc-raw';
  /** How many backtick substitutions are open; each takes one more round of backslashes. */
  backticks: number;
  /** Why a value cannot stand here, whatever its text. */
  trouble?: string;
};

type Level =
  | { is: 'code'; end: ')' | '`' | '}' | undefined; depth: number; arithmetic: boolean; inDouble: boolean }
  | { is: 'single' | 'double' | 'ansi' }
  | { is: 'heredoc'; delimiter: string; raw: boolean; stripTabs: boolean; line: string };

type Pending = { delimiter: string; raw: boolean; stripTabs: boolean };

export class ShellScanner {
  private readonly levels: Level[] = [{ is: 'code', end: undefined, depth: 0, arithmetic: false, inDouble: false }];
  private pending: Pending[] = [];
  private comment = false;
  private escaped = false;
  private atWordStart = true;
  private word = '';
  private sawCase = false;
  private sawNested = false;
  private sawOddDocument = false;
  private sawAnsiQuote = false;
  private last = '';

  /** `ours` is text made by `escapeLiteral`, whose backslashes are known to be right. */
  feed(text: string, ours = false): void {
    const { sawNested } = this;
    for (let at = 0; at < text.length; ) at += this.step(text, at);
    if (ours) this.sawNested = sawNested;
  }

  /** Where the next character will stand. */
  context(): Context {
    const backticks = this.levels.filter((level) => level.is === 'code' && level.end === '`').length;
    const top = this.top();
    const trouble = this.trouble();
    return { quote: this.quote(top), backticks, ...(trouble !== undefined && { trouble }) };
  }

  private quote(top: Level): Context['quote'] {
    if (top.is === 'heredoc') return top.raw ? 'heredoc-raw' : 'heredoc';
    if (top.is !== 'code') return top.is;
    if (this.comment) return 'comment';
    return 'bare';
  }

  private trouble(): string | undefined {
    if (this.escaped) return 'a backslash stands right before it';
    if (this.last === '$' && this.top().is !== 'single' && this.top().is !== 'ansi' && !this.comment) return 'a $ stands right before it';
    // Shells disagree about quotes in there, as in "${x:-'}".
    if (this.levels.some((level) => level.is === 'code' && level.end === '}')) return 'it stands in ${…} of the shell';
    if (this.sawNested) return 'a backslash stands in the backticks before it';
    if (this.sawAnsiQuote) return 'shells disagree about the backslash in the $\'…\' before it';
    if (this.sawOddDocument || this.levels.slice(0, -1).some((level) => level.is === 'heredoc')) return 'a here-document and a substitution are mixed';
    if (this.sawCase) return 'it stands in a $(…) that holds a case';
    if (this.last === '<<') return 'it stands where a here-document is named';
    const quotedBacktick = this.levels.some((level, at) => level.is === 'code' && level.end === '`' && this.levels[at - 1]?.is === 'double');
    return quotedBacktick ? 'it stands in backticks within double quotes' : undefined;
  }

  private top(): Level {
    return this.levels.at(-1) ?? { is: 'code', end: undefined, depth: 0, arithmetic: false, inDouble: false };
  }

  private step(text: string, at: number): number {
    const char = text[at] ?? '';
    const top = this.top();
    const wasEscaped = this.escaped;
    this.escaped = false;
    if (char === '\\' && this.levels.some((level) => level.is === 'code' && level.end === '`')) this.sawNested ||= /[\\$`]/.test(text[at + 1] ?? '\\');
    this.last = wasEscaped ? '' : char;
    if (top.is === 'heredoc') this.heredocLine(top, char);
    else if (char === '\n' && this.levels.some((level) => level.is === 'heredoc')) this.sawOddDocument = true;
    if (wasEscaped) {
      // Shells disagree whether the line after it can be the delimiter.
      if (top.is === 'heredoc' && !top.raw && char === '\n') this.sawOddDocument = true;
      // Only bash goes on after it; for a plain sh the string ends here.
      if (top.is === 'ansi' && char === "'") this.sawAnsiQuote = true;
      this.atWordStart = false;
      return 1;
    }
    switch (top.is) {
      case 'single':
        if (char === "'") this.levels.pop();
        return 1;
      case 'ansi':
        if (char === '\\') this.escaped = true;
        else if (char === "'") this.levels.pop();
        return 1;
      case 'double':
        if (char === '"') this.levels.pop();
        return this.special(text, at, true);
      case 'heredoc':
        return top.raw ? 1 : this.special(text, at, true);
      case 'code':
        return this.code(text, at, top);
    }
  }

  /** What works outside single quotes: backslash, $(…), ${…} and backticks. */
  private special(text: string, at: number, inDouble: boolean): number {
    const char = text[at];
    if (char === '\\') this.escaped = true;
    else if (char === '`') this.backtick(inDouble);
    else if (char === '$' && text[at + 1] === '(') return this.open(')', text[at + 2] === '(', false, text[at + 2] === '(' ? 3 : 2);
    else if (char === '$' && text[at + 1] === '{') return this.open('}', false, inDouble, 2);
    return 1;
  }

  private open(end: ')' | '}', arithmetic: boolean, inDouble: boolean, length: number): number {
    this.levels.push({ is: 'code', end, depth: arithmetic ? 1 : 0, arithmetic, inDouble });
    this.atWordStart = end === ')';
    this.last = '';
    this.word = '';
    return length;
  }

  private backtick(inDouble: boolean): void {
    const top = this.top();
    if (top.is === 'code' && top.end === '`') return this.close();
    this.levels.push({ is: 'code', end: '`', depth: 0, arithmetic: false, inDouble });
    this.atWordStart = true;
    return undefined;
  }

  /** The end of a substitution is the middle of a word: a # after it begins no comment. */
  private close(): void {
    this.levels.pop();
    this.atWordStart = false;
  }

  private code(text: string, at: number, top: Level & { is: 'code' }): number {
    const char = text[at] ?? '';
    if (this.comment) {
      if (char === '\n') this.newline();
      else if (char === '`' && top.end === '`') [this.comment] = [false, this.backtick(false)];
      return 1;
    }
    const wordStart = this.atWordStart;
    const boundary = /[\s;&|()<>]/.test(char);
    this.atWordStart = boundary;
    if (boundary || char === '`') this.endWord();
    else this.word += char;
    if (char === '\n') this.newline();
    else if (char === '"') this.levels.push({ is: 'double' });
    else if (char === "'" && !(top.end === '}' && top.inDouble)) this.levels.push({ is: 'single' });
    else if (char === '$' && text[at + 1] === "'" && !top.inDouble) return this.push({ is: 'ansi' }, 2);
    else if (char === '#' && wordStart && !top.arithmetic && top.end !== '}') this.comment = true;
    else if (char === '<' && text[at + 1] === '<' && !top.arithmetic) return this.hereDocument(text, at);
    else if (char === '(') top.depth += 1;
    else if (char === ')') this.closeParenthesis(top);
    else if (char === '}' && top.end === '}') this.close();
    else return this.special(text, at, top.end === '}' && top.inDouble);
    return 1;
  }

  private push(level: Level, length: number): number {
    this.levels.push(level);
    this.last = '';
    return length;
  }

  private closeParenthesis(top: Level & { is: 'code' }): void {
    if (top.depth > 0) top.depth -= 1;
    else if (top.end === ')') this.close();
  }

  /** `case x in a)` holds a lone closing parenthesis, which cannot be told from the end of the substitution. */
  private endWord(): void {
    if (this.word === 'case' && this.levels.some((level) => level.is === 'code' && level.end === ')')) this.sawCase = true;
    this.word = '';
  }

  private hereDocument(text: string, at: number): number {
    if (text[at + 2] === '<') return 3;
    const match = /^<<(-?)[ \t]*((?:[^\s;&|()<>'"\\]|\\.|'[^']*'|"[^"]*")*)/.exec(text.slice(at));
    const [whole, dash, word] = [match?.[0] ?? '<<', match?.[1] ?? '', match?.[2] ?? ''];
    const delimiter = word.replaceAll(/['"\\]/g, '');
    if (delimiter === '' || at + whole.length >= text.length) this.last = '<<';
    if (!/^[\s;&|()<>]?$/.test(text[at + whole.length] ?? '')) this.sawOddDocument = true;
    this.pending.push({ delimiter, raw: delimiter !== word, stripTabs: dash === '-' });
    return whole.length;
  }

  private newline(): void {
    this.comment = false;
    this.atWordStart = true;
    if (this.pending.length > 0 && this.levels.length > 1) this.sawOddDocument = true;
    for (const each of this.pending.reverse()) this.levels.push({ is: 'heredoc', ...each, line: '' });
    this.pending = [];
  }

  private heredocLine(top: Level & { is: 'heredoc' }, char: string): void {
    if (char !== '\n') {
      top.line += char;
      return;
    }
    const line = top.stripTabs ? top.line.replace(/^\t+/, '') : top.line;
    top.line = '';
    if (line === top.delimiter) {
      this.levels.pop();
      this.atWordStart = true;
    }
  }
}
