import { DestinoError, toDestinoError } from '../errors/index.ts';
import type { EngineParts } from './parts.ts';
import { backoffMs } from './policy.ts';
import { superviseEndpoint } from './endpoint/supervise-endpoint.ts';
import { superviseJob } from './supervise-job.ts';
import { superviseService } from './supervise-service.ts';
import { superviseWatch } from './supervise-watch.ts';
import { isOp, type Tracked } from './tracker.ts';

type Lane = { running: number; waiting: Tracked[] };

const idleMs = 1_000;

/** Runs what is due. A target that hangs holds up its own records only: each target has a lane of its own. */
export class PassRunner {
  readonly #parts: EngineParts;
  readonly #lanes = new Map<string, Lane>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;
  #woken = false;
  #wakeUp: AbortController | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    parts.tracker.onDue(() => this.wake());
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp?.abort();
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    const { tracker, clock } = this.#parts;
    while (!this.#stopped) {
      this.#woken = false;
      const now = clock.monotonicMs();
      for (let tracked = tracker.takeDue(now); tracked !== undefined; tracked = tracker.takeDue(now)) this.#start(tracked);
      const next = tracker.nextMs();
      await this.#sleep(next === undefined ? idleMs : Math.max(0, next - clock.monotonicMs()));
    }
  }

  /** Starts no further pass and waits for those under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await Promise.allSettled(this.#running);
  }

  /** Waits for the passes under way now; others may start meanwhile. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #sleep(ms: number): Promise<void> {
    if (this.#woken || this.#stopped) return;
    const wakeUp = new AbortController();
    this.#wakeUp = wakeUp;
    try {
      await this.#parts.clock.sleep(Math.min(ms, idleMs), { signal: wakeUp.signal });
    } catch (error) {
      if (!wakeUp.signal.aborted) throw error;
    }
  }

  #start(tracked: Tracked): void {
    if (tracked.running) {
      tracked.again = true;
      return;
    }
    // It may have been given away while it waited for its turn.
    if (this.#parts.tracker.get(tracked.claim.id) !== tracked) return;
    const name = tracked.record.target ?? '';
    const lane = this.#lanes.get(name) ?? { running: 0, waiting: [] };
    this.#lanes.set(name, lane);
    if (lane.running >= this.#parts.policy.maxPasses) {
      lane.waiting.push(tracked);
      return;
    }
    lane.running += 1;
    tracked.running = true;
    tracked.again = false;
    const pass = this.#pass(tracked).finally(() => {
      this.#running.delete(pass);
      lane.running -= 1;
      while (!this.#stopped && lane.waiting.length > 0 && lane.running < this.#parts.policy.maxPasses) {
        const next = lane.waiting.shift();
        if (next !== undefined) this.#start(next);
      }
    });
    this.#running.add(pass);
  }

  async #pass(tracked: Tracked): Promise<void> {
    const { tracker, clock } = this.#parts;
    let delayMs: number;
    try {
      tracker.guard(tracked);
      await tracker.refresh(tracked);
      delayMs = await this.#supervise(tracked);
      tracked.failures = 0;
    } catch (error) {
      delayMs = this.#failed(tracked, error);
    } finally {
      tracked.running = false;
    }
    if (tracker.get(tracked.claim.id) !== tracked) return;
    tracker.wakeAt(tracked.claim.id, clock.monotonicMs() + (tracked.again ? 0 : delayMs));
  }

  #supervise(tracked: Tracked): Promise<number> {
    switch (tracked.record.type) {
      case 'job':
        return superviseJob(this.#parts, tracked);
      case 'service':
        return superviseService(this.#parts, tracked);
      case 'watch':
        return superviseWatch(this.#parts, tracked);
      case 'endpoint':
        return superviseEndpoint(this.#parts, tracked);
      case 'target':
      case 'model':
        throw new DestinoError('unsupported', `this host does not supervise a ${tracked.record.type}`, { scope: tracked.record.name });
      default:
        return tracked.record.type satisfies never;
    }
  }

  /** Nothing is swallowed: a pass that fails is told and tried again, with the rows read anew. */
  #failed(tracked: Tracked, thrown: unknown): number {
    const { tracker, policy, logger, session } = this.#parts;
    tracked.fresh = false;
    tracked.pump = undefined;
    if (isOp(thrown, 'engine.claim')) {
      tracker.drop(tracked);
      session.doubt(tracked.claim.session);
      return 0;
    }
    if (isOp(thrown, 'engine.poke') || this.#parts.leaving.signal.aborted) return 0;
    const error = toDestinoError(thrown);
    tracked.failures += 1;
    logger.warn('engine.pass-failed', { record: tracked.record.name, type: tracked.record.type, failures: tracked.failures, error: error.toJSON() });
    return error.retryAfterMs ?? backoffMs(policy, tracked.failures);
  }
}
