import type { Clock } from '../driver/index.ts';
import { DestinoError, errorToData } from '../errors/index.ts';
import type { JobInspection } from '../model/index.ts';
import type { Attempt } from '../store/index.ts';
import type { OpenTarget } from './open-targets.ts';

type Waiting = { attempt: Attempt; answer: (inspection: JobInspection) => void };
type Lane = { open: OpenTarget; waiting: Waiting[]; flushing: boolean; freeAtMs: number };

/**
 * Gathers inspections by target and revision, so that one remote call answers many handles, one call is under way per
 * target at a time, and the calls keep within the target's rate.
 */
export class InspectionQueue {
  readonly #clock: Clock;
  readonly #lanes = new Map<string, Lane>();
  /** Calls made, for benchmarks and metrics. */
  calls = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The target's answer for this attempt; what the call rejects with becomes `unknown`. */
  ask(open: OpenTarget, attempt: Attempt): Promise<JobInspection> {
    const name = `${open.name} ${open.revision}`;
    const lane = this.#lanes.get(name) ?? { open, waiting: [], flushing: false, freeAtMs: 0 };
    this.#lanes.set(name, lane);
    return new Promise((answer) => {
      lane.waiting.push({ attempt, answer });
      if (!lane.flushing) {
        lane.flushing = true;
        void this.#flush(lane);
      }
    });
  }

  async #flush(lane: Lane): Promise<void> {
    // One turn of the microtask queue lets passes that are due together join one call.
    await Promise.resolve();
    while (lane.waiting.length > 0) {
      const wait = lane.freeAtMs - this.#clock.monotonicMs();
      if (wait > 0) await this.#clock.sleep(wait);
      const { batch, callsPerSecond } = lane.open.driver.traits;
      const asked = lane.waiting.splice(0, batch);
      const answers = await this.#call(lane.open, asked.map(({ attempt }) => attempt));
      if (callsPerSecond !== undefined) lane.freeAtMs = this.#clock.monotonicMs() + 1000 / callsPerSecond;
      for (const [index, { answer }] of asked.entries()) answer(answers[index] ?? missingAnswer(lane.open));
    }
    lane.flushing = false;
  }

  async #call(open: OpenTarget, attempts: readonly Attempt[]): Promise<JobInspection[]> {
    this.calls += 1;
    try {
      const handles = attempts.flatMap((attempt) => attempt.handle ?? []);
      if (open.target.jobs === undefined) throw new DestinoError('unsupported', `target '${open.name}' runs no jobs`, { scope: open.name });
      return await open.target.jobs.inspect(handles);
    } catch (error) {
      const unknown: JobInspection = { seen: 'unknown', error: errorToData(error) };
      return attempts.map(() => unknown);
    }
  }
}

function missingAnswer(open: OpenTarget): JobInspection {
  const error = new DestinoError('contract', `target '${open.name}' answered fewer inspections than it was asked for`, { scope: open.name, op: 'jobs.inspect' });
  return { seen: 'unknown', error: error.toJSON() };
}
