import type { DriverContext, Jobs } from '@destino/core/driver';
import type { LogRecord } from '@destino/core/model';
import { fault, jobs, mutant, type Change, type Mutant } from './mutant.ts';

type Records = AsyncIterable<LogRecord>;

/** Changes the stream of records. */
function stream(change: (records: Records, options: Parameters<Jobs['logs']>[1], context: DriverContext) => Records): Change {
  return jobs(({ logs }, context) => ({ logs: (handle, options) => change(logs(handle, options), options, context) }));
}

/** Ignores the cursor. */
const fromStart = jobs(({ logs }) => ({ logs: (handle, { since: _since, ...options }) => logs(handle, options) }));

async function* mapped(records: Records, change: (record: LogRecord, index: number) => LogRecord | undefined): Records {
  let index = 0;
  for await (const record of records) {
    const kept = change(record, (index += 1));
    if (kept !== undefined) yield kept;
  }
}

async function* heldBack(records: Records): Records {
  const all: LogRecord[] = [];
  for await (const record of records) all.push(record);
  yield* all;
}

async function* neverEnding(records: Records, context: DriverContext, signal: AbortSignal | undefined): Records {
  yield* records;
  for (;;) await context.clock.sleep(1000, signal === undefined ? {} : { signal });
}

async function* breaking(records: Records, leave: () => void): Records {
  let whole = false;
  try {
    yield* records;
    whole = true;
  } finally {
    if (!whole) leave();
  }
}

/** Of logs and outputs. */
export const logMutants: readonly Mutant[] = [
  mutant('logs.whole', 'loses a line without a word', stream((records) => mapped(records, (record, index) => (index === 7 ? undefined : record)))),
  mutant('logs.follow-ends', 'follows for ever', stream((records, { signal }, context) => neverEnding(records, context, signal))),
  mutant('logs.resume', 'starts from the beginning whatever the cursor', fromStart),
  mutant('logs.resume-running', 'repeats what was read', fromStart),
  mutant('logs.at-end', 'repeats everything from the last cursor', fromStart),
  mutant('logs.no-follow', 'follows though it is not asked to', jobs(({ logs }) => ({ logs: (handle, options) => logs(handle, { ...options, follow: true }) }))),
  mutant(
    'logs.leave',
    'is of no use after a reader has left',
    jobs(({ logs }) => {
      let broken = false;
      return {
        logs: (handle, options) => {
          if (broken) throw fault('unavailable');
          return breaking(logs(handle, options), () => (broken = true));
        },
      };
    }),
  ),
  mutant('logs.as-it-goes', 'holds everything back until the end', stream((records) => heldBack(records))),
  mutant('logs.sources', 'mixes the nodes', stream((records) => mapped(records, (record) => ({ ...record, source: 'all' })))),
  mutant(
    'outputs.listed',
    'does not know sizes',
    jobs(({ outputs }) => ({
      outputs: async function* (handle, options) {
        for await (const file of outputs(handle, options)) yield { ...file, sizeBytes: 0 };
      },
    })),
  ),
  mutant(
    'outputs.fetched',
    'fetches from the beginning whatever the offset',
    jobs(({ fetchOutput }) => (fetchOutput === undefined ? {} : { fetchOutput: (handle, file, options) => fetchOutput(handle, file, { ...options, from: 0 }) })),
  ),
];
