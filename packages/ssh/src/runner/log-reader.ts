import type { CallOptions, Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { LogRecord, LogStream } from '@destino/core/model';
import { heed } from '../far/exchange.ts';
import { frames } from '../far/frames.ts';
import type { FarSide } from '../far/far-side.ts';

const source = 'node0';
const streams = ['stdout', 'stderr'] as const;
/** How long one call waits there for something to happen. Seconds. */
const waitS = 10;
/** Those who want to read gather this long, to go in one call. */
const gatherMs = 15;

type Piece = { stream: LogStream; bytes: Buffer };
type Answer = { pieces: Piece[]; ended: boolean };
type Wanted = { key: string; offsets: readonly [number, number]; resolve(answer: Answer): void; reject(error: unknown): void };

/**
 * Reads the logs of all jobs of one machine: who follows waits in one call there with all who came at the same time, so
 * that a line is here as soon as it is written, and many followers cost one channel.
 */
export class LogReader {
  readonly #far: FarSide;
  readonly #clock: Clock;
  #gathering: Wanted[] = [];
  #isGathering = false;
  readonly #over = new AbortController();

  constructor(far: FarSide, clock: Clock) {
    this.#far = far;
    this.#clock = clock;
  }

  /** Records after the cursor `STDOUT:STDERR`, bytes read. Exact: the same bytes at every try. */
  async *read(key: string, { since, follow, signal }: CallOptions & { since?: string; follow: boolean }): AsyncIterable<LogRecord> {
    const offsets = parseCursor(since);
    for (;;) {
      heed(signal);
      const answer = follow ? await this.#next(key, offsets, signal) : await this.#call(0, [{ key, offsets }], signal).then((answers) => answers.get(key));
      for (const { stream, bytes } of answer?.pieces ?? []) {
        offsets[streams.indexOf(stream as 'stdout')] = (offsets[streams.indexOf(stream as 'stdout')] ?? 0) + bytes.length;
        yield { cursor: offsets.join(':'), source, stream, bytes };
        heed(signal);
      }
      if (answer?.ended === true || (!follow && (answer?.pieces.length ?? 0) === 0)) return;
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  async #next(key: string, offsets: readonly [number, number], signal: AbortSignal | undefined): Promise<Answer> {
    return await new Promise<Answer>((resolve, reject) => {
      const stop = (): void => reject(new DestinoError('aborted', 'the call was stopped', { cause: signal?.reason }));
      signal?.addEventListener('abort', stop, { once: true });
      const settled = <T>(then: (value: T) => void) => (value: T) => {
        signal?.removeEventListener('abort', stop);
        then(value);
      };
      this.#gathering.push({ key, offsets: [...offsets], resolve: settled(resolve), reject: settled(reject) });
      if (this.#isGathering) return;
      this.#isGathering = true;
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    await this.#clock.sleep(gatherMs).catch(() => undefined); // a stopped clock gathers nothing more
    const wanted = this.#gathering;
    this.#gathering = [];
    this.#isGathering = false;
    // Of several followers of one job each gets a call of its own: they are at different places.
    for (let round = wanted; round.length > 0; ) {
      const first = round.filter(({ key }, index) => round.findIndex((other) => other.key === key) === index);
      void this.#serve(first);
      round = round.filter((each) => !first.includes(each));
    }
  }

  async #serve(wanted: readonly Wanted[]): Promise<void> {
    try {
      const answers = await this.#call(waitS, wanted, this.#over.signal);
      for (const each of wanted) each.resolve(answers.get(each.key) ?? { pieces: [], ended: false });
    } catch (error) {
      for (const each of wanted) each.reject(error);
    }
  }

  async #call(seconds: number, wanted: readonly Pick<Wanted, 'key' | 'offsets'>[], signal: AbortSignal | undefined): Promise<Map<string, Answer>> {
    const call = signal === undefined ? {} : { signal };
    await this.#far.hello(call);
    const input = wanted.map(({ key, offsets }) => `${key} ${offsets.join(' ')}\n`).join('');
    const answers = new Map<string, Answer>();
    let whole = false;
    for await (const { line, bytes } of frames(this.#far.stream('logs', [seconds], { ...call, input }), (each) => each.startsWith('log '))) {
      const [word, key = '', stream] = line.split(' ');
      const answer = answers.get(key) ?? { pieces: [], ended: false };
      if (word === 'log' && bytes !== undefined) answer.pieces.push({ stream: stream as LogStream, bytes });
      if (word === 'ended') answer.ended = true;
      if (word === 'end') whole = true;
      else answers.set(key, answer);
    }
    if (!whole) throw this.#far.link.lost();
    return answers;
  }
}

function parseCursor(cursor: string | undefined): [number, number] {
  const [out, err] = (cursor ?? '0:0').split(':').map(Number);
  if (Number.isSafeInteger(out) && Number.isSafeInteger(err) && (out ?? -1) >= 0 && (err ?? -1) >= 0) return [out ?? 0, err ?? 0];
  throw new DestinoError('contract', `'${cursor ?? ''}' is not a log cursor of a machine reached by SSH`);
}
