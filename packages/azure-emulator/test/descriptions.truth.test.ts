import { execFile, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Exchange } from '@destino/azure-emulator';
import { machineLearningOperations } from './examples/arrange-machine-learning.ts';
import { answerExamples, type ExampleResult } from './examples/answer-examples.ts';

const truth = process.env['DESTINO_TRUTH'] ?? '../shared';
const descriptions = join(truth, 'azure-specs');
const repository = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'azure-truth-'));

type Verdict = { name: string; operation: string; status: number; violations: { where: string; code: string; message: string; at: string }[] };

/** Only what the descriptions speak of: the services' own calls, and the polls of their operations. */
function isDescribed({ request }: Exchange): boolean {
  return /\/Microsoft\.(ContainerInstance|MachineLearningServices)\//.test(request.url) && !/^https?:\/\/[^/]+\/(history|artifact|artifact-content)\//.test(request.url);
}

/** Clients of the older kind repeat the parameters of a deletion when they poll; the validator knows the address as it was handed out. */
function asHandedOut(line: string): string {
  return line.replace(/(\/operations\/[^"]*)&underlyingResourceAction=\w+/, '$1');
}

/** What the validator of the truth folder objects to. A request that was refused may be as wrong as it likes. */
async function violationsOf(file: string, sides: readonly string[] = ['request', 'response']): Promise<{ exchanges: number; violations: string[] }> {
  const validator = join(truth, 'tools/validate-arm.mjs');
  const known = join(descriptions, 'known-upstream-violations.json');
  const { stdout } = await new Promise<{ stdout: string }>((done, fail) => {
    execFile(process.execPath, [validator, '--specs', join(descriptions, 'specification'), '--ignore', known, '--oav', repository, '--json', file], { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (stdout === '') fail(new Error(stderr, { cause: error }));
      else done({ stdout });
    });
  });
  const verdicts = stdout.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Verdict);
  const violations = verdicts.flatMap(({ name, operation, status, violations: all }) => all.filter(({ where }) => sides.includes(where) && (status < 400 || where === 'response')).map(({ code, at, message }) => `${name} ${operation} ${status}: ${code} ${at} ${message}`));
  return { exchanges: verdicts.length, violations };
}

/** The driver's whole conformance would say the same requests again and again. */
const driverChecks = 'probe.answers|failure.exit-code|owned.lists|cancel.ends|once.same-key';

/** Runs a package's tests once more, with every exchange written down; answers the exit code. */
function runSuite(exchangesFolder: string, project: string, ...more: string[]): Promise<number | null> {
  const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
  const env = { ...process.env, DESTINO_RING: 'unit', DESTINO_EXCHANGES: exchangesFolder };
  const child = spawn(process.execPath, [vitest, 'run', '--project', project, '--reporter', 'dot', ...more], { cwd: repository, env, stdio: 'ignore' });
  return new Promise((done) => child.once('exit', done));
}

describe('the emulator and what Microsoft publishes', () => {
  const recorded = join(folder, 'examples.jsonl');
  const exchangesFolder = join(folder, 'suite');
  let results: ExampleResult[] = [];
  let suites: Promise<(number | null)[]> = Promise.resolve([]);
  beforeAll(async () => {
    suites = Promise.all([runSuite(exchangesFolder, '@destino/azure-emulator'), runSuite(exchangesFolder, '@destino/driver-aci', '-t', driverChecks)]); // they wait more than they work: beside the examples
    const onExchange = (exchange: Exchange): void => {
      if (isDescribed(exchange)) appendFileSync(recorded, `${JSON.stringify(exchange)}\n`);
    };
    results = await answerExamples({ descriptions, examples: descriptions, only: /Microsoft\.ContainerInstance\//, onExchange });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('answers every official example of container instances in shape, with its status and headers', () => {
    expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(results.length).toBeGreaterThanOrEqual(20);
  });

  it('keeps to the descriptions in every exchange of those examples', async () => {
    const { exchanges, violations } = await violationsOf(recorded);
    expect(violations).toEqual([]);
    expect(exchanges).toBeGreaterThan(40);
  });

  it('answers every official example of machine learning that it has life for, in shape and without a violation', async () => {
    const file = join(folder, 'machine-learning.jsonl');
    const onExchange = (exchange: Exchange): void => {
      if (exchange.request.url.includes('/Microsoft.MachineLearningServices/')) appendFileSync(file, `${JSON.stringify(exchange)}\n`);
    };
    const answered = await answerExamples({ descriptions, examples: descriptions, only: machineLearningOperations, provider: 'MachineLearningServices', onExchange });
    expect(answered.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(answered.length).toBeGreaterThanOrEqual(170);
    // The requests are the examples' own, or made of their answers: they write what only the service may write.
    const { exchanges, violations } = await violationsOf(file, ['response']);
    expect(violations).toEqual([]);
    expect(exchanges).toBeGreaterThan(400);
  });

  it('keeps to the descriptions in every exchange of the test suite', async () => {
    expect(await suites).toEqual([0, 0]);
    const all = join(folder, 'suite.jsonl');
    for (const name of readdirSync(exchangesFolder)) {
      const lines = readFileSync(join(exchangesFolder, name), 'utf8').split('\n').filter((line) => line !== '');
      for (const line of lines) if (isDescribed(JSON.parse(line) as Exchange)) appendFileSync(all, `${asHandedOut(line)}\n`);
    }
    const { exchanges, violations } = await violationsOf(all);
    expect(violations).toEqual([]);
    expect(exchanges).toBeGreaterThan(30);
  });
});
