import { outputFileSchema, type Handle, type OutputFile } from '@destino/core/model';
import type { Jobs } from '@destino/core/driver';
import { equal, present, survivesJson, that } from '../conformance/assert.ts';
import type { Check } from '../conformance/check.ts';
import type { Trial } from '../conformance/trial.ts';

const needs = { capabilities: ['jobs'] } as const;
const text = 'forty-two bytes of output, more or less...';

async function leave(trial: Trial): Promise<{ jobs: Jobs; handle: Handle; files: OutputFile[] }> {
  const jobs = await trial.openJobs();
  const handle = await trial.submit(jobs, { does: 'leaves-output', text });
  equal((await trial.end(jobs, handle)).state, 'succeeded', 'the state');
  const files: OutputFile[] = [];
  for await (const file of jobs.outputs(handle)) files.push(file);
  return { jobs, handle, files };
}

async function read(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** What a job leaves behind. */
export const outputChecks: readonly Check[] = [
  {
    id: 'outputs.listed',
    sentence: 'outputs lists the file that a job left, with its size, once.',
    semantic: 'data',
    needs,
    run: async (trial) => {
      const { files } = await leave(trial);
      for (const file of files) {
        that(outputFileSchema.safeParse(file).success, `not an output: ${JSON.stringify(file)}`);
        survivesJson(file, 'an output');
      }
      const results = files.filter((file) => file.path.endsWith('result.txt'));
      equal(results.map((file) => file.sizeBytes), [text.length], 'the size of result.txt');
    },
  },
  {
    id: 'outputs.fetched',
    sentence: 'A file kept on the target can be fetched, whole and from an offset on.',
    semantic: 6,
    needs,
    run: async (trial) => {
      const { handle, files } = await leave(trial);
      const file = present(files.find((each) => each.path.endsWith('result.txt')), 'result.txt');
      if (file.kept === 'workspace' || file.uri !== undefined) return;
      const other = await trial.openJobs();
      const fetchOutput = present(other.fetchOutput, 'fetchOutput').bind(other);
      equal(await read(fetchOutput(handle, file)), text, 'the file');
      equal(await read(fetchOutput(handle, file, { from: 10 })), text.slice(10), 'the file from byte 10 on');
    },
  },
];
