const flushMs = 100;

/** One line for each call, `UTC LEVEL [pid] logger - message`, written together a few times a second. */
export class CallLog {
  readonly #write: (text: string) => void;
  readonly #pid = process.pid;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  line(level: 'I' | 'W' | 'E', logger: string, message: string): void {
    this.#lines.push(`${timestamp()} ${level} [${this.#pid}] ${logger} - ${message}\n`);
    this.#timer ??= setTimeout(() => this.flush(), flushMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    this.#write(this.#lines.join(''));
    this.#lines = [];
  }
}

let second = 0;
let secondText = '';

/** `2026-11-23 10:00:00,123`, its first part made once a second. */
function timestamp(): string {
  const now = Date.now();
  const whole = Math.floor(now / 1000);
  if (whole !== second) {
    second = whole;
    secondText = new Date(now).toISOString().slice(0, 19).replace('T', ' ');
  }
  return `${secondText},${String(now % 1000).padStart(3, '0')}`;
}
