import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

export type ConsoleOptions = { json: boolean; quiet: boolean; color: boolean; names: boolean };

/** All that a command writes. With `--json` standard output carries objects and nothing else. */
export class Console {
  readonly json: boolean;
  readonly quiet: boolean;
  /** `-o name`: one name a line. */
  readonly names: boolean;
  readonly #color: boolean;

  constructor(options: ConsoleOptions) {
    this.json = options.json;
    this.quiet = options.quiet;
    this.names = options.names;
    this.#color = options.color;
  }

  get isTerminal(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY;
  }

  style(style: Style, text: string): string {
    return this.#color ? styleText(style, text, { validateStream: false }) : text;
  }

  /** The result. */
  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  object(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** What goes on, for people; silent with `--quiet`. */
  note(text: string): void {
    if (!this.quiet) process.stderr.write(`${text}\n`);
  }

  /** What must be seen whatever the options. */
  alert(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Bytes of a log. */
  bytes(bytes: Uint8Array, to: 'stdout' | 'stderr'): void {
    (this.json || to === 'stderr' ? process.stderr : process.stdout).write(bytes);
  }
}
