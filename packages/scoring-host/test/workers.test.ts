import { afterEach, describe, expect, it } from 'vitest';
import type { HostOptions } from '../src/host/service-host.ts';
import { script, Trial } from './trial.ts';

const trials: Trial[] = [];
const trial = (options: Partial<HostOptions> = {}): Trial => {
  const made = new Trial(options);
  trials.push(made);
  return made;
};
afterEach(async () => {
  for (const each of trials.splice(0)) await each.dispose();
});

describe('a worker', () => {
  it('that dies answers its own request with an error and costs no other', async () => {
    const here = trial();
    await here.serve(script, { concurrency: 2 });
    const others = Array.from({ length: 20 }, (_, value) => here.score({ value, sleepMs: 5 }));
    const dying = await here.score({ exit: 9 });
    expect([dying.status, dying.headers.get('x-destino-refusal')]).toEqual([502, 'crash']);
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(others.map(() => 200));
    await here.until(({ copies }) => copies.ready === 1);
    expect((await here.score({})).status).toBe(200);
  });

  it('that takes too long is replaced, though it never yields', async () => {
    const here = trial();
    await here.serve(script, { requestTimeoutMs: 500 });
    const late = await here.score({ spin: true });
    expect([late.status, late.text]).toEqual([500, '{"message":"Scoring timeout after 500 ms"}']);
    await here.until(({ copies }) => copies.ready === 1);
    expect((await here.score({ value: 1 })).status).toBe(200);
  });

  it('tells the caller of an exception nothing but that there was one', async () => {
    const here = trial();
    await here.serve(script);
    const answer = await here.score({ throw: 'inner secret' });
    expect([answer.status, answer.headers.get('x-ms-run-function-failed')]).toEqual([500, 'True']);
    expect(answer.text).not.toContain('inner secret');
  });

  it('takes one request at a time; who waits too long, or is one too many, is refused', async () => {
    const here = trial();
    await here.serve(script, { maxQueueWaitMs: 200, inFlightFactor: 2 });
    const first = here.score({ sleepMs: 2000 });
    await here.until(() => here.host.inFlight === 1);
    const second = here.score({});
    await here.until(() => here.host.inFlight === 2);
    const third = await here.score({});
    expect([third.status, third.headers.get('x-destino-refusal')]).toEqual([429, 'busy']);
    const waited = await second;
    expect([waited.status, waited.headers.get('x-destino-refusal')]).toEqual([503, 'queue-wait']);
    expect((await first).status).toBe(200);
  });
});

describe('a start that fails', () => {
  it('fails the service with the traceback when init throws', async () => {
    const here = trial();
    await here.host.listen();
    await here.tell('export function init() { throw new TypeError("no weights here"); }\nexport function run(data) {}');
    const { reasons } = await here.until(({ state }) => state === 'failed');
    expect(reasons[0]?.text).toContain('TypeError: no weights here');
    expect(reasons[0]?.text).toContain('score-1.mjs');
  });

  it('names the limit when init hangs', async () => {
    const here = trial();
    await here.host.listen();
    await here.tell('export function init() { for (;;); }\nexport function run(data) {}', { initTimeoutMs: 700 });
    const { reasons } = await here.until(({ state }) => state === 'failed');
    expect(reasons[0]?.text).toContain('init() did not end within 0.7 s');
  });

  it('leaves the older revision serving', async () => {
    const here = trial();
    await here.serve(script);
    await here.tell('export function init() { throw new Error("bad"); }\nexport function run(data) {}', { revision: 2 });
    const status = await here.until(({ state }) => state === 'failed');
    expect(status.revision).toBe(1);
    expect((await here.score({})).status).toBe(200);
  });
});

describe('an update under load', () => {
  it('drops no request, and lets none be answered by an older revision afterwards', async () => {
    const here = trial();
    await here.serve(script, { concurrency: 2 });
    let goOn = true;
    const statuses: number[] = [];
    const client = async (): Promise<void> => {
      while (goOn) statuses.push((await here.score({ sleepMs: 2 })).status);
    };
    const clients = Array.from({ length: 8 }, client);
    for (const revision of [2, 3]) {
      await here.tell(script.replace('value: wish.value ?? null', `value: ${revision}`), { revision, concurrency: 2 });
      await here.until((status) => status.revision === revision && status.state === 'healthy');
    }
    goOn = false;
    await Promise.all(clients);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(statuses.length).toBeGreaterThan(10);
    expect(JSON.parse((await here.score({})).text)).toMatchObject({ value: 3 });
    await here.tell(script, { revision: 2 });
    expect(here.host.status.wanted).toBe(3);
  });

  it('answers what is in flight when it is stopped', async () => {
    const here = trial();
    await here.serve(script, { concurrency: 2 });
    const inFlight = [here.score({ sleepMs: 600 }), here.score({ sleepMs: 600 })];
    await here.until(() => here.host.inFlight === 2);
    await here.host.stop(20_000);
    expect((await Promise.all(inFlight)).map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('the number of copies', () => {
  it('grows to what the load needs, answers with all of them, and shrinks when it is quiet, without a dropped request', async () => {
    const here = trial({ shrinkAfterMs: 1500 });
    await here.serve(script, { copies: { min: 1, max: 3 } });
    let goOn = true;
    const answers: { status: number; text: string }[] = [];
    const client = async (): Promise<void> => {
      while (goOn) answers.push(await here.score({ sleepMs: 20 }));
    };
    const clients = Array.from({ length: 6 }, client);
    await here.until(({ copies }) => copies.want === 3 && copies.ready === 3);
    const before = answers.length;
    await here.until(() => answers.length > before + 60);
    const pids = new Set(answers.slice(before).filter(({ status }) => status === 200).map(({ text }) => (JSON.parse(text) as { pid: number }).pid));
    goOn = false;
    await Promise.all(clients);
    expect(pids.size).toBeGreaterThanOrEqual(3);
    await here.until(({ copies }) => copies.want === 1 && copies.ready === 1);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect((await here.score({})).status).toBe(200);
  }, 60_000);
});
