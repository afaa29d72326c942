import { parseRecord, type JobRecord } from '@destino/helper';

/** What one look told of a job. */
export type Observation = {
  released: boolean;
  recorded: boolean;
  record: JobRecord;
  ending: boolean;
  /** How long ago somebody claimed it. Seconds. */
  claimedForS?: number;
  runnerAlive: boolean;
  processAlive: boolean;
  preparing?: string;
  setup?: string;
};

export type QueueTicket = { holds: boolean; key: string; cores: number; memoryBytes: number; gpus: number; name: string };
export type Look = { bootId: string; jobs: ReadonlyMap<string, Observation>; queue: readonly QueueTicket[]; capacity: { cores: number; memoryBytes: number; gpus: number } };

const mebibyte = 1_048_576;

/** Reads the answer of `inspect`; `undefined` when it was cut short. */
export function parseLook(text: string): Look | undefined {
  const lines = text.split('\n');
  if (lines.at(-2) !== 'end') return undefined;
  const jobs = new Map<string, Observation>();
  const queue: QueueTicket[] = [];
  let bootId = '';
  let capacity = { cores: 0, memoryBytes: 0, gpus: 0 };
  let group: string[] = [];
  const close = (): void => {
    const [first, ...rest] = group;
    if (first !== undefined) jobs.set(first.slice('job '.length), observe(rest));
    group = [];
  };
  for (const line of lines) {
    const [word = '', ...words] = line.split(' ');
    if (word === 'job') {
      close();
      group = [line];
    } else if (word === 'ticket') queue.push(ticket(words));
    else if (word === 'capacity') capacity = { cores: Number(words[0]) / 1000, memoryBytes: Number(words[1]) * mebibyte, gpus: Number(words[2]) };
    else if (word === 'boot') bootId = words[0] ?? '';
    else group.push(line);
  }
  close();
  return { bootId, jobs, queue, capacity };
}

function ticket([what, key = '', cores, memory, gpus, ...name]: readonly string[]): QueueTicket {
  return { holds: what === 'holds', key, cores: Number(cores) / 1000, memoryBytes: Number(memory) * mebibyte, gpus: Number(gpus), name: name.join(' ') || key };
}

/** Of several looks in one answer the last counts: the record had moved on between them. */
function observe(lines: readonly string[]): Observation {
  const from = lines.lastIndexOf('again') + 1;
  const last = lines.slice(from);
  const of = (word: string): string[] => last.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const claim = of('claim')[0];
  const preparing = of('preparing').join('\n').trim();
  const setup = of('setup').join('\n').trim();
  return {
    released: lines.includes('released'),
    recorded: !lines.includes('no-record'),
    record: parseRecord(of('record').join('\n')),
    ending: last.includes('ending'),
    runnerAlive: last.includes('runner-alive'),
    processAlive: last.includes('process-alive'),
    ...(claim !== undefined && { claimedForS: Number(claim) }),
    ...(preparing !== '' && { preparing }),
    ...(setup !== '' && { setup }),
  };
}
